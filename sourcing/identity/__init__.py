"""Accounts become leads: evidence → judgements → clusters → lead ids. `resolve` is the door."""

from sourcing.identity.joining import MODEL, Joined, resolve

__all__ = ["MODEL", "Joined", "resolve"]
