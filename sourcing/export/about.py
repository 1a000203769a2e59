"""What every exported file says of itself: who made it, for whom, what for, until when, under which conditions."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

from sourcing.config import Config
from sourcing.export.permitted import conditions
from sourcing.ranking import Row
from storage.records import Instant, Record

MEASURE = "Each score measures how well public work fits the profile, not ability; a person decides."
DUTY = (
    "This file holds data about people who did not give them to you. Use it for the purpose above only, do not hand it "
    "on, and delete it by the date above. If one of them objects, tell the controller at once."
)


class About(Record):
    """The head of an exported file."""

    made_at: Instant
    by: str
    role: str
    recipient: str
    purpose: str
    expires_at: Instant | None
    controller: str
    contact: str
    conditions: tuple[str, ...] = ()

    def lines(self) -> Iterator[tuple[str, str]]:
        """What is told, each with its name."""
        yield "made", f"{self.made_at:%Y-%m-%d %H:%M} UTC by {self.by}"
        yield "for", f"{self.recipient or 'use in the house'}, role {self.role}"
        yield "purpose", self.purpose
        yield "delete by", f"{self.expires_at:%Y-%m-%d}" if self.expires_at else "no date is set"
        yield "controller", f"{self.controller}, {self.contact}" if self.controller else "not stated"
        yield "score", MEASURE
        yield "duty", DUTY
        yield from (("condition", one) for one in self.conditions)


def about(
    config: Config, sources: Collection[str], *, role: str, by: str, recipient: str, purpose: str, now: datetime
) -> About:
    """The head of a file made now from what these sources brought."""
    days = config.rules.export_days
    return About(
        made_at=now,
        by=by,
        role=role,
        recipient=recipient,
        purpose=purpose,
        expires_at=now + timedelta(days=days) if days else None,
        controller=config.controller.name,
        contact=config.controller.rights_contact,
        conditions=tuple(conditions(sources)),
    )


def text(head: About, rows: Sequence[tuple[str, Sequence[str]]], notices: Sequence[str] = ()) -> str:
    """The companion: the head, the origins of every line, and the notices of people nobody told yet."""
    lines = [f"{name}: {said}" for name, said in head.lines()]
    lines += ["", "ORIGINS (source, address, read)"]
    lines += [f"{lead}  {origin}" for lead, origins in rows for origin in origins]
    for notice in notices:
        lines += ["", "NOTICE TO BE GIVEN WITH THE FIRST MESSAGE", "", notice.rstrip()]
    return "\n".join([*lines, ""])


def origins_of(row: Row) -> tuple[str, Sequence[str]]:
    """A lead with where what is said of it is from."""
    return row.lead, row.origins
