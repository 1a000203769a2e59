"""How things were before the night: what spiders see of them while a night that was cut off is continued.

A spider decides by what is known of its accounts and by what its lanes remember. When a night is continued, both hold
already what its first part stored, and the spider would ask other questions than it did. So what the night changes is
kept as it was, and a continued night sees that until it comes to the same change itself. The Store never goes back;
only what spiders are told does.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from storage.records import Account, AccountKey, Gone, Item, Known, LaneState, Sighting
from storage.store._base import Database
from storage.store._saving.bulk import read_many
from storage.store._saving.fold import State
from storage.store._saving.rows import ACCOUNT_COLUMNS, read_account
from storage.store._sql import among, insert_new
from storage.tables import account, account_seen, frontier_before, frontier_night, lane_state
from storage.tables import night as night_table

_WHOLE = (*ACCOUNT_COLUMNS, account.c.first_seen, account_seen.c.last_seen, account.c.gone_at)


class Before:
    """What one night found; shared by all that read and write for it."""

    def __init__(
        self,
        night: int,
        began: datetime,
        *,
        clock: datetime | None = None,
        hidden: Iterable[str] = (),
        images: Mapping[str, Any] | None = None,
    ) -> None:
        self.night, self.began = night, began
        self.clock = clock or began  # later than its beginning if others changed things since
        self._hidden = set(hidden)  # accounts the first part of the night met, and this one did not yet
        self._images = dict(images or {})
        self._kept = set(self._images)

    def of(self, source: str) -> "Before":
        """The same for one source alone: what others changed is seen as it is by now."""
        mine = (f"account {source}:", f"lane {source}/")
        hidden = (name for name in self._hidden if name.startswith(f"{source}:"))
        images = {name: image for name, image in self._images.items() if name.startswith(mine)}
        return Before(self.night, self.began, clock=self.clock, hidden=hidden, images=images)

    # --- on the way into the Store -----------------------------------------------------------------------------

    def keep_accounts(self, connection: Connection, states: Mapping[AccountKey, State]) -> None:
        """Keep accounts as they are stored, before the first change of this night."""
        names = [str(key) for key, state in states.items() if self._is_first_change(str(key), state)]
        if not names:
            return
        self._kept.update(f"account {name}" for name in names)
        joined = account.join(account_seen, account_seen.c.account == account.c.key)
        there = among(connection, account.c.key, names) & (account.c.first_seen < self.began)
        rows = list(read_many(connection, _WHOLE, lambda all_: all_.select_from(joined).where(there)))
        self._insert(connection, {f"account {read_account(row).key}": _image(row) for row in rows})

    def keep_lane(self, connection: Connection, lane: str) -> None:
        """Keep what a lane remembers, before the first change of this night."""
        name = f"lane {lane}"
        self._images.pop(name, None)
        if name in self._kept:
            return
        self._kept.add(name)
        row = connection.execute(select(lane_state).where(lane_state.c.lane == lane)).mappings().first()
        state = LaneState.model_validate(dict(row)).model_dump(mode="json") if row else None
        self._insert(connection, {name: state})

    def _is_first_change(self, name: str, state: State) -> bool:
        if state.new or not (state.changed or state.noted) or f"account {name}" in self._kept:
            return False
        return state.first_seen is None or state.first_seen < self.began

    def _insert(self, connection: Connection, images: Mapping[str, Any]) -> None:
        rows = [{"name": name, "night": self.night, "image": image} for name, image in images.items()]
        insert_new(connection, frontier_before, rows)

    def met(self, items: Iterable[Item]) -> None:
        """Show accounts as they are stored from now on: this part of the night has come to them."""
        if not self._hidden and not self._images:
            return
        for item in items:
            if isinstance(item, Account | Sighting | Gone):
                name = str(item.key if isinstance(item, Account) else item.account)
                self._hidden.discard(name)
                self._images.pop(f"account {name}", None)

    # --- on the way to the spiders -----------------------------------------------------------------------------

    def known(self, row: Known) -> Known | None:
        """What is known of an account, None: it was not there."""
        name = str(row.account)
        if name in self._hidden:
            return None
        image = self._images.get(f"account {name}")
        if image is None:
            return row
        was = Account.model_validate(image["account"])
        times = {name: image[name] for name in ("first_seen", "last_seen", "gone_at")}
        return Known(account=was.key, handle=was.handle, kind=was.kind, markers=was.markers, **times)

    def account(self, row: Account) -> Account | None:
        """An account as it was, None: it was not there."""
        name = str(row.key)
        if name in self._hidden:
            return None
        image = self._images.get(f"account {name}")
        return row if image is None else Account.model_validate(image["account"])

    def lane(self, lane: str, state: LaneState | None) -> LaneState | None:
        """What a lane remembered."""
        name = f"lane {lane}"
        if name not in self._images:
            return state
        image = self._images[name]
        return LaneState.model_validate(image) if image is not None else None


class LookingBack(Database):
    """Verbs that let a spider see things as they were before the night."""

    before: Before | None = None

    def before_night(self, night: int) -> Before | None:
        """Load what a night has changed so far; None for a night that was never started."""
        with self._read() as connection:
            chosen = select(frontier_night.c.began).where(frontier_night.c.night == night)
            began = connection.execute(chosen).scalar()
            if began is None:
                return None
            clock = connection.execute(select(night_table.c.started_at).where(night_table.c.number == night)).scalar()
            images = {row.name: row.image for row in connection.execute(select(frontier_before))}
            # What spiders store bears the clock of their night; what was imported meanwhile is nobody's secret.
            clocks = select(night_table.c.started_at).where(night_table.c.started_at >= began)
            hidden = connection.execute(select(account.c.key).where(account.c.first_seen.in_(clocks))).scalars().all()
        return Before(night, began, clock=clock, hidden=hidden, images=images)

    def as_known(self, row: Known) -> Known | None:
        """Give what was known of an account, None if it was not there."""
        return row if self.before is None else self.before.known(row)

    def as_before(self, rows: Iterable[Account]) -> Iterator[Account]:
        """Give accounts as they were, without those that were not there."""
        before = self.before
        return iter(rows) if before is None else (was for row in rows if (was := before.account(row)) is not None)


def _image(row: Collection[Any]) -> dict[str, Any]:
    first_seen, last_seen, gone_at = tuple(row)[-3:]
    times = {"first_seen": first_seen, "last_seen": last_seen, "gone_at": gone_at}
    shown = {name: at.isoformat() if at is not None else None for name, at in times.items()}
    return {"account": read_account(tuple(row)).model_dump(mode="json"), **shown}
