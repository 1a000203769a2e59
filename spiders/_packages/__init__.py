"""Registries of packages: what an answer says, and owners who are kept because their work is known."""
