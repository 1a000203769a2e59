"""The desk at a hundred thousand leads: how fast pages answer, how fast files are written."""
