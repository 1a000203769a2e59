"""The loopback server that answers like the three sources: GitHub, Kaggle and Hacker News."""
