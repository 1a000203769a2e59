"""Named people of the desk, the lists shared with them, their sessions."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, exists, func, insert, select, update

from storage.errors import ConfigError
from storage.records import Instant, Record
from storage.store._base import Database
from storage.store._sql import upsert
from storage.tables import desk_session, desk_share, desk_user


class Share(Record):
    """A list somebody may see and judge."""

    role: str
    contacts: bool = False  # also where its people can be reached
    at: Instant
    by: str


class User(Record):
    """Somebody who may sign in at the desk."""

    name: str
    role: str  # what the person may do
    password: str  # its hash
    password_at: Instant
    created_at: Instant
    created_by: str
    disabled_at: Instant | None = None
    disabled_by: str | None = None
    shares: tuple[Share, ...] = ()


class Session(Record):
    """A signed-in browser; the token is known by its digest only."""

    digest: str
    user: str
    created_at: Instant
    seen_at: Instant
    expires_at: Instant


_OWN = tuple(name for name in User.model_fields if name != "shares")


class Users(Database):
    """Verbs for the people of the desk."""

    def add_user(self, user: User) -> None:
        """Write a new person; ConfigError if the name is taken."""
        with self._write() as connection:
            if connection.execute(select(desk_user.c.name).where(desk_user.c.name == user.name)).first():
                raise ConfigError(f"there is a user {user.name!r} already; `sourcing user list` shows all")
            connection.execute(insert(desk_user), [user.model_dump(exclude={"shares"})])

    def has_users(self) -> bool:
        """Whether anybody was ever added; disabled ones count, so that disabling the last opens nothing."""
        with self._read() as connection:
            return bool(connection.execute(select(exists(select(desk_user.c.name)))).scalar())

    def users(self) -> list[User]:
        """Give all people by name, disabled ones too."""
        with self._read() as connection:
            rows = connection.execute(select(desk_user).order_by(desk_user.c.name)).mappings().all()
            return [_read(connection, row) for row in rows]

    def user(self, name: str) -> User | None:
        """Give one person, None if there is none of that name."""
        with self._read() as connection:
            row = connection.execute(select(desk_user).where(desk_user.c.name == name)).mappings().first()
            return _read(connection, row) if row else None

    def set_password(self, name: str, password: str, *, at: datetime) -> None:
        """Give a person another hash and end their sessions; ConfigError for an unknown one."""
        self._change(name, {"password": password, "password_at": at})

    def rehash(self, name: str, before: str, after: str) -> None:
        """Replace a hash by a stronger one of the same password, unless it was changed meanwhile."""
        wanted = (desk_user.c.name == name) & (desk_user.c.password == before)
        with self._write() as connection:
            connection.execute(update(desk_user).where(wanted).values(password=after))

    def set_user_role(self, name: str, role: str) -> None:
        """Let a person do other things and end their sessions; ConfigError for an unknown one."""
        self._change(name, {"role": role})

    def disable_user(self, name: str, *, by: str, at: datetime) -> None:
        """Let a person in no more and end their sessions; ConfigError for an unknown one."""
        self._change(name, {"disabled_at": at, "disabled_by": by})

    def enable_user(self, name: str) -> None:
        """Let a disabled person in again; ConfigError for an unknown one."""
        self._change(name, {"disabled_at": None, "disabled_by": None})

    def share(self, name: str, share: Share) -> None:
        """Share a list with a person; ConfigError for an unknown one."""
        with self._write() as connection:
            _require(connection, name)
            upsert(connection, desk_share, [{"user": name, **share.model_dump()}])

    def unshare(self, name: str, role: str) -> bool:
        """Take a list back; whether it was shared."""
        wanted = (desk_share.c.user == name) & (desk_share.c.role == role)
        with self._write() as connection:
            _require(connection, name)
            return bool(connection.execute(delete(desk_share).where(wanted)).rowcount)

    def open_session(self, session: Session) -> None:
        """Write a new session, and forget those whose time is over."""
        with self._write() as connection:
            connection.execute(delete(desk_session).where(desk_session.c.expires_at <= session.created_at))
            connection.execute(insert(desk_session), [session.model_dump()])

    def session(self, digest: str) -> tuple[Session, User] | None:
        """Give a session and its person, whatever the time; None if there is none."""
        with self._read() as connection:
            row = connection.execute(select(desk_session).where(desk_session.c.digest == digest)).mappings().first()
            if row is None:
                return None
            chosen = select(desk_user).where(desk_user.c.name == row["user"])
            return Session.model_validate(dict(row)), _read(connection, connection.execute(chosen).mappings().one())

    def touch_session(self, digest: str, *, at: datetime) -> None:
        """Remember that a session was used; an earlier time changes nothing."""
        wanted = (desk_session.c.digest == digest) & (desk_session.c.seen_at < at)
        with self._write() as connection:
            connection.execute(update(desk_session).where(wanted).values(seen_at=at))

    def close_session(self, digest: str) -> None:
        """End a session; nothing happens if there is none."""
        with self._write() as connection:
            connection.execute(delete(desk_session).where(desk_session.c.digest == digest))

    def open_sessions(self, *, now: datetime) -> dict[str, int]:
        """Count the sessions of each person that are not over."""
        chosen = select(desk_session.c.user, func.count()).where(desk_session.c.expires_at > now)
        with self._read() as connection:
            return {row[0]: row[1] for row in connection.execute(chosen.group_by(desk_session.c.user))}

    def _change(self, name: str, values: dict[str, Any]) -> None:
        with self._write() as connection:
            _require(connection, name)
            connection.execute(update(desk_user).where(desk_user.c.name == name).values(values))
            connection.execute(delete(desk_session).where(desk_session.c.user == name))


def _require(connection: Connection, name: str) -> None:
    if not connection.execute(select(desk_user.c.name).where(desk_user.c.name == name)).first():
        raise ConfigError(f"no user {name!r}; `sourcing user list` shows all")


def _read(connection: Connection, row: RowMapping) -> User:
    chosen = select(desk_share).where(desk_share.c.user == row["name"]).order_by(desk_share.c.role)
    shares = [
        Share.model_validate({name: one[name] for name in Share.model_fields})
        for one in connection.execute(chosen).mappings()
    ]
    return User.model_validate({name: row[name] for name in _OWN} | {"shares": shares})
