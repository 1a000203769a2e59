"""Scoring: the figures of matching, places, adverts, ranking and speed, each part a module with `rows()`."""
