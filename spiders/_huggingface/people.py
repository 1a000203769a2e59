"""Overviews to accounts, and the authors of papers who confirmed who they are."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from spiders._huggingface.answers import Author, Overview, Paper, Writer
from spiders._reading import prose as _prose
from spiders._reading.clean import HANDLE, HEADLINE, NAME, Count, clean, each, flags_of
from storage.errors import Unreadable
from storage.records import Account, AccountKey, Kind, Origin

SOURCE = "huggingface"
FIELDS = frozenset({"name", "headline", "bio", "links", "created_at", "kind", "flags", "figures"})
CONFIRMED = "claimed_verified"  # the person said so; `admin_assigned` and `extracted_pending` are guesses of others


def account(read: Overview, site: str, origin: Origin, count: Count) -> Account:
    """The account of an overview; Unreadable for one without its durable number."""
    if not read.number:
        raise Unreadable("no_durable_id", f"the overview of {read.login!r} has no _id")
    handle = clean(read.login, HANDLE) or read.number
    return Account(
        source=SOURCE,
        source_id=read.number,
        handle=handle,
        url=f"{site}/{handle}",
        kind=Kind.PERSON if read.type == "user" else Kind.ORGANISATION,
        name=clean(read.fullname, NAME),
        headline=clean(_prose.shown(read.interests), HEADLINE),
        bio=_prose.shown(read.details),
        created_at=read.created_at or born(read.number),
        links=_prose.links(read.details, "bio", count),
        figures=dict(_figures(read)),
        flags=flags_of(read.fullname, read.details),
        observed=FIELDS,
        origin=origin,
    )


def _figures(read: Overview) -> Iterator[tuple[str, float]]:
    counts = {
        "models": read.models,
        "datasets": read.datasets,
        "spaces": read.spaces,
        "papers": read.papers,
        "followers": read.followers,
    }
    return ((name, float(value)) for name, value in counts.items() if value is not None)


def born(number: str) -> datetime | None:
    """The moment in a MongoDB id (its first four bytes, seconds since 1970); None for something else."""
    try:
        at = int(number[:8], 16)
    except ValueError:
        return None
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=at) if len(number) == 24 else None


def confirmed(paper: Paper, count: Count) -> Iterator[tuple[int, Writer]]:
    """Accounts that confirmed to be an author, with the author's position from 1; everybody else is counted."""
    found: list[tuple[int, Writer]] = []
    for position, author in enumerate(each(Author, paper.authors, count), start=1):
        if author.user is None:
            continue
        if author.hidden or author.status != CONFIRMED or author.user.type != "user":
            count("author_hidden" if author.hidden else "author_not_confirmed")
            continue
        found.append((position, author.user))
    names = Counter(writer.number for _, writer in found)
    for position, writer in found:
        if names[writer.number] > 1:
            count("author_of_two_names")
        else:
            yield position, writer


def papers(rows: list[dict[str, object]], count: Count) -> Iterator[Paper]:
    """Papers of a list; lists of the day wrap each paper in a row of the feed."""
    inner = (row.get("paper", row) for row in rows)
    yield from each(Paper, (one for one in inner if isinstance(one, Mapping)), count)


def key(number: str) -> AccountKey:
    """The key of an account."""
    return AccountKey(SOURCE, number)
