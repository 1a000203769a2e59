"""The one door to the database: `Store` and the small records its verbs give back."""

from storage.store._records import ExportRow, Find, IdentityModel, Saved, StatusChange
from storage.store._store import Store

__all__ = ["ExportRow", "Find", "IdentityModel", "Saved", "StatusChange", "Store"]
