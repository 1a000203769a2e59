"""Collect: one public file per source."""
