"""Handing a list over through another system's interface: said first, sent once, each person with a ledger line."""

from sourcing.export.push.sending import SYSTEMS, Asked, Failed, Planned, Pushed, push

__all__ = ["SYSTEMS", "Asked", "Failed", "Planned", "Pushed", "push"]
