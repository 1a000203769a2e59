"""A list of a past night, rebuilt from the receipts it was made of and compared with what was kept of it.

Every total is computed anew from the stored parts, every receipt is compared with the hash it was written with, and
the order with the digest the night kept. The first thing that is not the same is named.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from scoring import sums
from sourcing.ranking import Row, clean, refuses, row
from storage.errors import ConfigError, UnknownLead
from storage.records import Lead, Record
from storage.store import BLOCK, NightList, Ordered, Store, StoredReceipt, first_other_block, list_digests

TOP = 25


class Replayed(Record):
    """One list of a past night, rebuilt."""

    night: int
    role: str
    at: datetime
    leads: int
    versions: tuple[tuple[int, str, int], ...]  # role version, digest of the scoring, leads scored by it
    same: bool
    difference: str = ""  # the first one, in a sentence
    top: tuple[tuple[str, float], ...]  # lead as it was named then, and total
    names: Mapping[str, str]  # of the leads in `top`, as they are known now
    erased: tuple[int, ...] = ()  # places of people erased since, and of scores that spoke of one


class _Again(NamedTuple):
    kept: StoredReceipt
    total: float  # computed anew

    @property
    def ordered(self) -> Ordered:
        return Ordered(self.kept.lead, self.total, self.kept.section, self.kept.hash)

    @property
    def id(self) -> int:
        return self.kept.id


class _Gone(NamedTuple):
    """A line whose receipt went with an erasure: taken as it was, since nothing is left to compute it from."""

    id: int
    ordered: Ordered

    @property
    def total(self) -> float:
        return self.ordered.total


_Line = _Again | _Gone


def _total(kept: StoredReceipt) -> float:
    """The total, computed from the stored values, confidences, weights and penalties."""
    terms = (part["weight"] * sums.effective(part["value"], part["confidence"], part["neutral"]) for part in kept.parts)
    return sums.total(terms, (penalty["amount"] for penalty in kept.penalties))


def replay(store: Store, night: int, role: str | None = None, *, top: int = TOP) -> list[Replayed]:
    """Rebuild the lists a night kept, or one of them; ConfigError names the nights there are."""
    return [_replayed(store, kept, top) for kept in _kept(store, night, role)]


def list_of_night(
    store: Store, night: int, role: str, *, limit: int | None = None, section: str | None = "ranked"
) -> list[Row]:
    """The rows of a past list as its receipts say, with the people as they are known now.

    Who was merged since stands under the lead's present id; who was erased or refuses recruiters by now is left out.
    """
    rebuilt = _rebuilt(store, _kept(store, night, role)[0])
    stored = [one.kept for one in rebuilt if isinstance(one, _Again)]
    inside = [one for one in stored if section is None or one.section == section]
    wanted = [one.receipt for one in inside[:limit]]
    people = _people(store, [receipt.lead for receipt in wanted])
    return [
        row(rank, people[receipt.lead], receipt)
        for rank, receipt in enumerate(wanted, 1)
        if receipt.lead in people and not refuses(people[receipt.lead])
    ]


def _people(store: Store, names: Collection[str]) -> dict[str, Lead]:
    """The people behind ids, as they are known now; those merged since by the lead they went to."""
    found = {lead.id: lead for lead in store.leads(names)}
    for name in names:
        if name not in found:
            with suppress(UnknownLead):  # erased since
                found[name] = store.lead(name)
    return found


def _names(store: Store, top: Sequence[tuple[str, float]]) -> dict[str, str]:
    people = _people(store, [lead for lead, _ in top])
    return {
        name: clean(lead.name) if lead.id == name else f"{clean(lead.name)} (now {lead.id})"
        for name, lead in people.items()
        if not refuses(lead)
    }


def _kept(store: Store, night: int, role: str | None) -> list[NightList]:
    there = store.night_lists(role)
    names = [name for number, name in there if number == night]
    if not names:
        nights = sorted({number for number, _ in there})
        said = f"night {night} kept no list" + (f" of role {role!r}" if role else "")
        raise ConfigError(f"{said}; {f'nights that did: {_spans(nights)}' if nights else 'no night did so far'}")
    return [kept for name in names if (kept := store.night_list(night, name)) is not None]


def _spans(numbers: Sequence[int]) -> str:
    """ "1-3, 7"."""
    spans: list[list[int]] = []
    for one in numbers:
        if spans and spans[-1][1] == one - 1:
            spans[-1][1] = one
        else:
            spans.append([one, one])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in spans)


def _rebuilt(store: Store, kept: NightList) -> list[_Line]:
    again = [_Again(one, _total(one)) for one in store.stored_receipts(kept.members)]
    missing = sorted(set(kept.members) - {one.id for one in again})
    gone = [_Gone(number, line) for number, line in store.erased_lines(missing).items()]
    return sorted([*again, *gone], key=lambda one: (-one.total, one.ordered.lead))


def _replayed(store: Store, kept: NightList, top: int) -> Replayed:
    rows = _rebuilt(store, kept)
    whole, blocks = list_digests([one.ordered for one in rows])
    difference = _difference(kept, rows, whole, blocks)
    first = tuple((one.ordered.lead, one.total) for one in rows[:top])
    return Replayed(
        night=kept.night,
        role=kept.role,
        at=kept.at,
        leads=kept.leads,
        versions=kept.versions,
        same=not difference,
        difference=difference,
        top=first,
        names=_names(store, first),
        erased=tuple(rank for rank, one in enumerate(rows, 1) if isinstance(one, _Gone)),
    )


def _difference(kept: NightList, rows: Sequence[_Line], whole: bytes, blocks: bytes) -> str:
    """The first thing that differs, from the top of the list down; empty if nothing does."""
    if whole == kept.digest and all(one.kept.intact for one in rows if isinstance(one, _Again)):
        return ""
    for rank, one in enumerate(rows, 1):
        if isinstance(one, _Again) and (said := _of_receipt(rank, one)):
            return said
    if said := _of_top(kept, rows) or _missing(kept, rows):
        return said
    block = first_other_block(kept.blocks, blocks)
    if block is None:
        return "what the night kept of the list was changed: its digest is of another one"
    return f"the order differs between ranks {block * BLOCK + 1} and {(block + 1) * BLOCK}"


def _of_receipt(rank: int, one: _Again) -> str:
    kept = one.kept
    if kept.total != one.total:
        return f"rank {rank}, {kept.lead}: its parts give {one.total!r}, the receipt says {kept.total!r}"
    if not kept.intact:
        return f"rank {rank}, {kept.lead}: the receipt is not what was written"
    return ""


def _of_top(kept: NightList, rows: Sequence[_Line]) -> str:
    for rank, (lead, total) in enumerate(kept.top, 1):
        if rank > len(rows):
            return f"rank {rank} was {lead}, the receipt of which is not stored any more"
        found = rows[rank - 1]
        if (found.ordered.lead, found.total) != (lead, total):
            there = {one.ordered.lead for one in rows}
            gone = "" if lead in there else ", the receipt of which is not stored any more"
            return f"rank {rank} was {lead} with {total!r}{gone}; it is {found.ordered.lead} with {found.total!r}"
    return ""


def _missing(kept: NightList, rows: Iterable[_Line]) -> str:
    gone = set(kept.members) - {one.id for one in rows}
    return f"{len(gone)} of {kept.leads} receipts are not stored any more" if gone else ""
