"""The levels at which leads show skills, kept beside the database and read again only of leads that changed."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from scoring.columns import files
from scoring.columns.levels import Levels, Profile, Told, Work, columns_of, levels, nobody, renewed
from scoring.engine import ENGINE_VERSION
from scoring.roles import Funnel, Role
from scoring.roles.lint import funnel
from scoring.skills import Matcher, Vocabulary
from sourcing.ranking._lists import REFUSALS
from sourcing.ranking._renewing import Marks, changed, clear, keep, kept, room
from storage.store import Said, Store

_FORM = f"1/{ENGINE_VERSION}"  # changes when kept columns would say something else of the same lead
LEVELS = "_levels"
_KEPT = 6  # vocabularies whose columns are kept
_BATCH = 500  # leads whose texts are read in one go


def supply(store: Store, role: Role) -> Funnel:
    """How many known people meet the must-haves of a role; those who refuse recruiters are only counted."""
    held = skill_levels(store, role.vocabulary)
    met = held.meets(role)[~held.refuses]
    return funnel(role, map(tuple, met.tolist()), unread=int(np.count_nonzero(held.refuses)))


def skill_levels(store: Store, vocabulary: Vocabulary) -> Levels:
    """The levels of all living leads; only those that changed since the last time are read."""
    folder = room(store, LEVELS, vocabulary.digest[:16])
    former = _former(folder)
    now = changed(store.lead_marks(), former.leads, former.mark)
    if not now.stale and not now.gone:
        return former
    found = renewed(former, now.kept, levels(_told(store, now.stale), Matcher(vocabulary), former.skills))
    keep(folder, _FORM, columns_of(found), found.skills)
    if folder is not None:
        _drop_oldest(sorted(folder.parent.iterdir(), key=lambda one: one.stat().st_mtime_ns))
    return found


def drop_levels(store: Store, marks: Marks) -> None:
    """Drop the rows of leads that are gone or changed by these marks, for every vocabulary; nobody is read."""
    home = room(store, LEVELS)
    for folder in list(home.iterdir()) if home is not None and home.is_dir() else ():
        former = _former(folder)
        now = changed(marks, former.leads, former.mark)
        left = renewed(former, now.kept, nobody(former.skills))
        # Where the old ones cannot be replaced they must not stay.
        if not len(left) or (now.gone and not keep(folder, _FORM, columns_of(left), left.skills)):
            clear(folder)


def _former(folder: Path | None) -> Levels:
    held = kept(folder, _FORM)
    return Levels(**held[0], skills=held[1]) if held is not None else nobody()


def _told(store: Store, marks: dict[str, str]) -> Iterator[list[Told]]:
    said = store.said_by(marks)
    while batch := list(islice(said, _BATCH)):
        yield [_as_told(one, marks[one.lead]) for one in batch]


def _as_told(said: Said, mark: str) -> Told:
    return Told(
        lead=said.lead,
        mark=mark,
        refuses=any(not REFUSALS.isdisjoint(one.flags) for one in said.profiles),
        profiles=[
            Profile(one.key, one.name, one.headline, one.bio, "progression_opt_out" in one.flags)
            for one in said.profiles
        ],
        work=[
            Work(p.account, p.kind, p.level, p.url, p.title, p.text, tuple(p.tags), tuple(p.packages), tuple(p.files))
            for p in said.work
        ],
    )


def _drop_oldest(rooms: Sequence[Path]) -> None:
    for old in rooms[:-_KEPT]:
        files.forget(old)
