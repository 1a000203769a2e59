"""Reading Hacker News texts: pure, from markup to the fields of a post."""
