"""Leads, and the judgements they are computed from."""
