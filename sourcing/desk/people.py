"""Named people of the desk: what each role may do, passwords, sessions, lists shared with somebody."""

import hashlib
import re
import secrets
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from storage.errors import ConfigError
from storage.store import Session, Share, Store, User

# What can be done at the desk.
LOOK = "look"  # see people and lists
ALL_LISTS = "all_lists"  # those of every role, not only shared ones
CONTACTS = "contacts"  # where people can be reached
DECIDE = "decide"  # yes, no, maybe, and undo
NOTE = "note"
STATUS = "status"
JOIN = "join"  # say who is one person
WEIGHTS = "weights"  # save a version of a role
AUDIT = "audit"  # read the ledger of what left the house, the requests of people and the log
RIGHTS = "rights"  # carry out what people ask about their data
PEOPLE = "people"  # let others in, share lists
OWN = "own"  # sign out, see who one is
EVERYTHING = frozenset({LOOK, ALL_LISTS, CONTACTS, DECIDE, NOTE, STATUS, JOIN, WEIGHTS, AUDIT, RIGHTS, PEOPLE, OWN})
_READING = frozenset({LOOK, ALL_LISTS, CONTACTS, OWN})

MAY: Mapping[str, frozenset[str]] = {
    "admin": EVERYTHING,
    "sourcer": _READING | {DECIDE, NOTE, STATUS, JOIN, WEIGHTS, AUDIT, RIGHTS},
    "hiring_manager": frozenset({LOOK, DECIDE, OWN}),
    "auditor": _READING | {AUDIT},
    "reader": _READING,
}
ROLES: Mapping[str, str] = {
    "admin": "everything",
    "sourcer": "sees all lists, decides, contacts, joins, sets weights, answers what people ask about their data",
    "hiring_manager": "sees and judges only the lists shared with them",
    "auditor": "reads everything with the ledger, changes nothing",
    "reader": "reads all lists, changes nothing",
}
NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,59}")
# NIST SP 800-63B, 5.1.1: length counts, composition rules do not; the upper bound keeps hashing cheap.
SHORTEST, LONGEST = 12, 256  # characters of a password
LASTS = timedelta(hours=12)  # a working day: nobody signs in twice in one
IDLE = timedelta(hours=2)
TOUCHED_EVERY = timedelta(minutes=1)  # so that reading a page rarely writes

_HASHER = PasswordHasher()  # argon2id with the library's parameters (RFC 9106, second choice)
_AT_ONCE = threading.BoundedSemaphore(2)  # one check takes 64 MiB


class SignedIn(NamedTuple):
    """A new session: the token goes to the browser and nowhere else."""

    token: str
    session: Session


def may(role: str, what: str) -> bool:
    """Whether people of this role may do something; nobody else may do anything."""
    return what in MAY.get(role, frozenset())


def add(store: Store, name: str, role: str, password: str, *, by: str, now: datetime) -> User:
    """Let somebody in; ConfigError for a name, role or password that cannot be used."""
    if not NAME.fullmatch(name):
        raise ConfigError(f"user name {name!r}: use small letters, digits and . _ @ -, at most 60, a letter first")
    user = User(
        name=name,
        role=_known_role(role),
        password=hashed(name, password),
        password_at=now,
        created_at=now,
        created_by=by,
    )
    store.add_user(user)
    return user


def set_password(store: Store, name: str, password: str, *, now: datetime) -> None:
    """Give somebody another password; all their sessions end."""
    store.set_password(name, hashed(name, password), at=now)


def set_role(store: Store, name: str, role: str) -> None:
    """Let somebody do other things; all their sessions end. ConfigError if it is the only admin."""
    if _known_role(role) != "admin":
        _keep_an_admin(store, name)
    store.set_user_role(name, role)


def disable(store: Store, name: str, *, by: str, now: datetime) -> None:
    """Let somebody in no more; all their sessions end. ConfigError if it is the only admin."""
    _keep_an_admin(store, name)
    store.disable_user(name, by=by, at=now)


def _keep_an_admin(store: Store, name: str) -> None:
    """ConfigError if without this one nobody could administer the desk any more."""
    if {user.name for user in store.users() if user.role == "admin" and user.disabled_at is None} == {name}:
        raise ConfigError(f"{name} is the only admin; add another one first, with `sourcing user add NAME --as admin`")


def share(store: Store, name: str, role: str, *, contacts: bool, by: str, now: datetime) -> None:
    """Share a list with somebody; ConfigError if they see all lists anyway, or are unknown."""
    user = store.user(name)
    if user is not None and may(user.role, ALL_LISTS):
        raise ConfigError(f"{name} is {user.role} and sees all lists; lists are shared with a hiring_manager")
    store.share(name, Share(role=role, contacts=contacts, at=now, by=by))


def _known_role(role: str) -> str:
    if role not in MAY:
        raise ConfigError(f"no user role {role!r}; there are: {', '.join(MAY)}")
    return role


def hashed(name: str, password: str) -> str:
    """The hash of a password; ConfigError for one that is too short, too long or the name."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise ConfigError(f"the password has {len(password)} characters; use {SHORTEST} to {LONGEST}")
    if password.lower() == name:
        raise ConfigError("the password is the name; use another one")
    with _AT_ONCE:
        return _HASHER.hash(_bytes(password))


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")  # a form can hold half a character


@cache
def _of_nobody() -> str:
    return _HASHER.hash(secrets.token_bytes(16))


def known(store: Store, name: str, password: str) -> User | None:
    """The person of this name and password, None for anybody else; unknown names take as long as known ones."""
    user = store.user(name) if NAME.fullmatch(name) else None
    there = user is not None and user.disabled_at is None
    kept = user.password if user is not None and there else _of_nobody()
    if not _fits(kept, password) or user is None or not there:
        return None
    if _HASHER.check_needs_rehash(kept):
        store.rehash(name, kept, hashed(name, password))
    return user


def _fits(kept: str, password: str) -> bool:
    try:
        with _AT_ONCE:
            return _HASHER.verify(kept, _bytes(password))
    except (VerificationError, InvalidHashError):
        return False


def sign_in(store: Store, user: User, *, now: datetime) -> SignedIn:
    """Open a session."""
    token = secrets.token_urlsafe(32)
    session = Session(digest=_digest(token), user=user.name, created_at=now, seen_at=now, expires_at=now + LASTS)
    store.open_session(session)
    return SignedIn(token, session)


def signed_in(store: Store, token: str, *, now: datetime) -> User | None:
    """The person of a session that is neither over, idle for too long nor a disabled person's."""
    found = store.session(_digest(token))
    if found is None:
        return None
    session, user = found
    if user.disabled_at is not None or now >= session.expires_at or now - session.seen_at >= IDLE:
        return None
    if now - session.seen_at >= TOUCHED_EVERY:
        store.touch_session(session.digest, at=now)
    return user


def sign_out(store: Store, token: str) -> None:
    """End a session."""
    store.close_session(_digest(token))


def _digest(token: str) -> str:
    # A token has 256 random bits: a plain hash is as good as a slow one.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
