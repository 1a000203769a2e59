"""How costs grow, and what engines beyond one process cost and give."""
