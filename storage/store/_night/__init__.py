"""Nights: their lanes, frontier, locks and workers."""
