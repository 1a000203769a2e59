"""What the desk asks, decides, searches and hands on."""
