"""The one door to the database: `Store` and the small records its verbs give back."""

from storage.store._desk import Rescored
from storage.store._lists import BLOCK, Ordered, StoredReceipt, first_other_block, list_digests
from storage.store._records import ExportRow, Find, IdentityModel, NightList, Note, Saved, StatusChange
from storage.store._search import BoardRow, DeskRow, Piece, Profile, Said
from storage.store._store import Store
from storage.store._users import Session, Share, User

__all__ = [
    "BLOCK",
    "BoardRow",
    "DeskRow",
    "ExportRow",
    "Find",
    "IdentityModel",
    "NightList",
    "Note",
    "Ordered",
    "Piece",
    "Profile",
    "Rescored",
    "Said",
    "Saved",
    "Session",
    "Share",
    "StatusChange",
    "Store",
    "StoredReceipt",
    "User",
    "first_other_block",
    "list_digests",
]
