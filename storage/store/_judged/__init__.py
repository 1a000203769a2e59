"""Receipts, their numbers for the matrix, and a role's lists."""
