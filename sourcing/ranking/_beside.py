"""What of leads a score should not follow, kept beside the database and read again only of leads that changed."""

from collections.abc import Iterator
from pathlib import Path

from scoring.fairness.beside import Beside, Profile, Told, Work, beside, renewed
from scoring.places import places_digest
from sourcing.ranking._lists import REFUSALS
from sourcing.ranking._renewing import Marks, changed, clear, keep, kept, room
from storage import store as stored
from storage.store import Store

_FORM = "1"  # changes when kept columns would say something else of the same lead
BESIDE = "_beside"


def beside_scores(store: Store) -> Beside:
    """The columns of all living leads; only those that changed since the last time are read."""
    folder, form = room(store, BESIDE), _form()
    former = _former(folder, form)
    now = changed(store.lead_marks(), former.leads, former.mark)
    if not now.stale and not now.gone:
        return former
    found = renewed(former, now.kept, beside(_told(store, now.stale), former.names))
    keep(folder, form, found.columns(), found.names)
    return found


def drop_beside(store: Store, marks: Marks) -> None:
    """Drop the rows of leads that are gone or changed by these marks; nobody is read."""
    folder, form = room(store, BESIDE), _form()
    former = _former(folder, form)
    now = changed(marks, former.leads, former.mark)
    left = renewed(former, now.kept, beside((), former.names))
    # Where the old ones cannot be replaced they must not stay.
    if not len(left) or (now.gone and not keep(folder, form, left.columns(), left.names)):
        clear(folder)


def _form() -> str:
    return f"{_FORM} {places_digest()}"


def _former(folder: Path | None, form: str) -> Beside:
    held = kept(folder, form)
    return Beside(**held[0], names=held[1]) if held is not None else beside(())


def _told(store: Store, marks: dict[str, str]) -> Iterator[Told]:
    return (_as_told(one, marks[one.lead]) for one in store.beside_scores(marks))


def _as_told(one: "stored.Beside", mark: str) -> Told:
    profiles = [
        Profile(
            source=member.source,
            source_id=member.source_id,
            bio=member.bio,
            location=member.location,
            created_at=member.created_at,
            followers=member.figures.get("followers"),
            unranked="progression_opt_out" in member.flags,
        )
        for member in one.members
    ]
    refuses = any(not REFUSALS.isdisjoint(member.flags) for member in one.members)
    return Told(one.lead, mark, refuses, profiles, [Work(*work) for work in one.work])
