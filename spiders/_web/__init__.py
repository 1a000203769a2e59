"""Reading personal sites: which are visited, what their mark-up says, whose they are, what is kept."""
