"""How requests leave: robots, addresses, pace, and when a source is better left alone."""
