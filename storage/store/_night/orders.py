"""What sources of a shared night are told to do, what came of it, and whom they are to look at."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import func, insert, select, update

from storage.store._base import Database
from storage.store._night.ringing import ring
from storage.store._rights.tombstones import without_buried
from storage.tables import night_job, night_named, night_order

ENDED = "ended"
LOOK, COUNT, FINISH, STOP = "look", "count", "finish", "stop"


class Order(NamedTuple):
    """What a source is told to do."""

    night: int
    source: str
    number: int
    what: str
    round: int
    state: str
    reason: str
    did: str | None


class Done(NamedTuple):
    """What came of an order, and how far its source is."""

    order: Order
    did: str
    state: str


class Ordering(Database):
    """Verbs of orders, and of whom the rounds look at."""

    # --- orders ------------------------------------------------------------------------------------------------

    def order(
        self, night: int, sources: Sequence[str], what: str, *, round_: int = 0, state: str = "", reason: str = ""
    ) -> dict[str, int]:
        """Tell sources what to do; gives the numbers of the orders by source."""
        with self._write() as connection:
            newest = select(night_order.c.source, func.max(night_order.c.number)).where(night_order.c.night == night)
            last = {row[0]: row[1] for row in connection.execute(newest.group_by(night_order.c.source))}
            common = {"night": night, "what": what, "round": round_, "state": state, "reason": reason, "did": None}
            rows = [{**common, "source": source, "number": last.get(source, 0) + 1} for source in sources]
            if rows:
                connection.execute(insert(night_order), rows)
                ring(connection)
        return {row["source"]: row["number"] for row in rows}

    def orders_for(self, name: str) -> list[Order]:
        """Give what a worker's sources are to do, in order; sources that lost their job have none."""
        joined = night_order.join(
            night_job, (night_job.c.night == night_order.c.night) & (night_job.c.source == night_order.c.source)
        )
        mine = (night_job.c.worker == name) & (night_job.c.state != ENDED) & night_order.c.did.is_(None)
        chosen = select(night_order).select_from(joined).where(mine).order_by(night_order.c.number)
        with self._read() as connection:
            return [Order(*row) for row in connection.execute(chosen)]

    def orders_done(self, night: int) -> list[Order]:
        """Give the orders of a night that were done."""
        chosen = select(night_order).where(night_order.c.night == night, night_order.c.did.is_not(None))
        with self._read() as connection:
            return [Order(*row) for row in connection.execute(chosen.order_by(night_order.c.number))]

    def tell_done(self, done: Sequence[Done], name: str) -> None:
        """Say what came of a worker's orders, and how far its sources are, in one transaction."""
        with self._write() as connection:
            for one, did, state in done:
                held = update(night_job).where(own_job(one.night, one.source, name)).values(state=state)
                if connection.execute(held).rowcount:
                    connection.execute(update(night_order).where(*_this(one)).values(did=did))
            if done:
                ring(connection)

    # --- whom accounts of others name --------------------------------------------------------------------------

    def keep_named(self, night: int, round_: int, named: Mapping[str, Sequence[str]]) -> None:
        """Keep whom a round looks at for the first time, by source; nobody who was erased."""
        whole = {**named, "": ()}
        with self._write() as connection:
            kept = {s: without_buried(connection, s, h, self._key) for s, h in whole.items()}
            rows = [{"night": night, "round": round_, "source": s, "handles": h} for s, h in kept.items()]
            connection.execute(insert(night_named), rows)

    def named_in(self, night: int, source: str | None = None) -> dict[int, dict[str, list[str]]]:
        """Give whom each round of a night named for the first time, of one source or of all."""
        chosen = select(night_named).where(night_named.c.night == night).order_by(night_named.c.round)
        if source is not None:
            chosen = chosen.where(night_named.c.source.in_(["", source]))
        found: defaultdict[int, dict[str, list[str]]] = defaultdict(dict)
        with self._read() as connection:
            for row in connection.execute(chosen):
                found[row.round][row.source] = row.handles
        return dict(found)


def of_job(night: int, source: str) -> Any:
    """The row of a job."""
    return (night_job.c.night == night) & (night_job.c.source == source)


def own_job(night: int, source: str, name: str) -> Any:
    """The row of a job, if it is still this worker's."""
    return of_job(night, source) & (night_job.c.worker == name) & (night_job.c.state != ENDED)


def _this(one: Order) -> tuple[Any, ...]:
    return night_order.c.night == one.night, night_order.c.source == one.source, night_order.c.number == one.number
