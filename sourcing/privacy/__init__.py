"""What people may ask for about their data, whom we tell, when we forget, and what the controller has to show."""
