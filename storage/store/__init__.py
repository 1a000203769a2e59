"""The one door to the database: `Store` and the small records its verbs give back."""

from storage.store._desk.desk import Rescored
from storage.store._desk.prepared import DeskRow, Piece, Profile, Said
from storage.store._desk.search import BoardRow, OpenRow
from storage.store._desk.users import Session, Share, User
from storage.store._judged.lists import BLOCK, Ordered, StoredReceipt, first_other_block, list_digests
from storage.store._judged.marks import Beside, Placed
from storage.store._night.before import Before
from storage.store._night.frontier import DONE, FAILED, LEASED, QUEUED, SAME_NIGHT, Asked, Kept
from storage.store._night.orders import Order
from storage.store._night.running import Hold, Holder, server_held
from storage.store._night.workers import Job, Worker
from storage.store._records import ExportRow, Find, IdentityModel, NightList, Note, Saved, StatusChange
from storage.store._rights.erasing import Erased
from storage.store._rights.naming import Naming
from storage.store._rights.notices import LeadTimes, NoticeRow
from storage.store._rights.privacy import Candidate, Subject
from storage.store._rights.purge import Purged
from storage.store._rights.rights import FIELDS, RESTRICTED, Correction
from storage.store._rights.subjects import DUE_DAYS, Request
from storage.store._store import Store
from storage.store._trail.audit import Action
from storage.store._trail.copies import Backup

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
    "Beside",
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
    "Placed",
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
