"""The one door to the database: `Store` and the small records its verbs give back."""

from storage.store._audit import Action
from storage.store._before import Before
from storage.store._copies import Backup
from storage.store._desk import Rescored
from storage.store._erasing import Erased
from storage.store._frontier import DONE, FAILED, LEASED, QUEUED, SAME_NIGHT, Asked, Kept
from storage.store._lists import BLOCK, Ordered, StoredReceipt, first_other_block, list_digests
from storage.store._naming import Naming
from storage.store._notices import LeadTimes, NoticeRow
from storage.store._privacy import Candidate, Subject
from storage.store._purge import Purged
from storage.store._records import ExportRow, Find, IdentityModel, NightList, Note, Saved, StatusChange
from storage.store._rights import FIELDS, RESTRICTED, Correction
from storage.store._running import Hold, Holder, server_held
from storage.store._search import BoardRow, DeskRow, OpenRow, Piece, Profile, Said
from storage.store._store import Store
from storage.store._subjects import DUE_DAYS, Request
from storage.store._users import Session, Share, User
from storage.store._workers import Job, Order, Worker

__all__ = [
    "BLOCK",
    "DONE",
    "DUE_DAYS",
    "FAILED",
    "FIELDS",
    "LEASED",
    "QUEUED",
    "RESTRICTED",
    "SAME_NIGHT",
    "Action",
    "Asked",
    "Backup",
    "Before",
    "BoardRow",
    "Candidate",
    "Correction",
    "DeskRow",
    "Erased",
    "ExportRow",
    "Find",
    "Hold",
    "Holder",
    "IdentityModel",
    "Job",
    "Kept",
    "LeadTimes",
    "Naming",
    "NightList",
    "Note",
    "NoticeRow",
    "OpenRow",
    "Order",
    "Ordered",
    "Piece",
    "Profile",
    "Purged",
    "Request",
    "Rescored",
    "Said",
    "Saved",
    "Session",
    "Share",
    "StatusChange",
    "Store",
    "StoredReceipt",
    "Subject",
    "User",
    "Worker",
    "first_other_block",
    "list_digests",
    "server_held",
]
