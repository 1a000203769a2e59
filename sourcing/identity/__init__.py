"""Accounts become leads: facts → keys → evidence → judgements → clusters → lead ids. `resolve` is the door."""

from sourcing.identity.joining import MODEL, Joined, resolve
from sourcing.identity.model import Settings

__all__ = ["MODEL", "Joined", "Settings", "resolve"]
