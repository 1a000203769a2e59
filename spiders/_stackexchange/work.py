"""Answers and tags of a person as evidence: what they are asked about, and how often others agreed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from spiders._reading.clean import clean_tags
from spiders._stackexchange.answers import TagCount
from spiders._stackexchange.sites import Seat, host
from storage.records import AccountKey, Evidence, Level, Origin

MONTH, ALL_TIME = "month", "all_time"
RECOGNISED = 20  # summed score of the answers with a tag from which others plainly agreed
PRACTISED = 20  # posts with a tag from which it is practice rather than a question or two
TAGS = 30  # tags kept of one person and site


@dataclass(frozen=True, slots=True)
class Standing:
    """One person's place among the top answerers of a tag."""

    seat: Seat
    tag: str
    period: str
    score: int
    answers: int

    def kept(self) -> list[object]:
        """Plain data for the Store, without the tag and site its lane knows."""
        return [self.seat.number, self.period, self.score, self.answers]

    @classmethod
    def recalled(cls, site: str, tag: str, kept: Sequence[object]) -> "Standing":
        """Back from the Store."""
        number, period, score, answers = kept
        return cls(Seat(site, int(str(number))), tag, str(period), int(str(score)), int(str(answers)))


def answers(standing: Standing, owner: AccountKey, now: datetime, origin: Origin) -> Evidence:
    """The answers of a person with one tag; of the last thirty days, or of all time (then undated)."""
    site, lately = host(standing.seat.site), standing.period == MONTH
    return Evidence(
        account=owner,
        source_id=f"{standing.seat.site}/{standing.tag}" + ("/month" if lately else ""),
        kind="answer",
        url=f"{standing.seat.page}?tab=answers",
        title=f"Among the top answerers of {standing.tag} at {site}{', last 30 days' if lately else ''}",
        text=f"{_counted(standing.answers)} tagged {standing.tag} with a score of {standing.score} in all.",
        # All that is known is "within the last thirty days": the first of that month is never too late.
        event_at=_first_of_month(now - timedelta(days=30)) if lately else None,
        level=Level.RECOGNISED if standing.score >= RECOGNISED else Level.PRACTICE,
        tags=clean_tags((standing.tag,)),
        figures={"answers": float(standing.answers), "score": float(max(0, standing.score))},
        origin=origin,
    )


def tagged(seat: Seat, rows: Iterable[TagCount], owner: AccountKey, origin: Origin) -> Iterator[Evidence]:
    """What somebody writes about at one site: tags with many posts, and tags with some."""
    counted = sorted(rows, key=lambda row: (-row.count, row.name))[:TAGS]
    many = [row for row in counted if row.count >= PRACTISED]
    some = [row for row in counted if row.count < PRACTISED]
    for name, level, group in (("practised", Level.PRACTICE, many), ("touched", Level.ACTIVITY, some)):
        if group:
            yield Evidence(
                account=owner,
                source_id=f"{seat.site}/{name}",
                kind="tags",
                url=f"{seat.page}?tab=tags",
                title=f"Writes at {host(seat.site)} about {', '.join(row.name for row in group[:3])}",
                text=", ".join(f"{row.name} ({row.count} posts)" for row in group),
                level=level,
                tags=clean_tags(row.name for row in group),
                figures={"posts": float(sum(row.count for row in group))},
                origin=origin,
            )


def list_page(site: str, tag: str) -> str:
    """Where people read the list of top answerers."""
    return f"https://{host(site)}/tags/{quote(tag, safe='')}/topusers"


def _first_of_month(at: datetime) -> datetime:
    return at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _counted(answers: int) -> str:
    return f"{answers} answer" if answers == 1 else f"{answers} answers"
