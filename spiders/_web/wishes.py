"""What a page or site asks of robots beyond the rules of robots.txt: not to be stored, not to be followed.

X-Robots-Tag and `<meta name=robots>` with the directives noindex, none, noai, nofollow, unavailable_after; the
reservations of TDMRep (`tdm-reservation: 1`) and Content-Signal (`search=no`, `ai-input=no`).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from scrapy.http import Response, TextResponse

OURS = frozenset({"robots", "*", "sourcing-crawler"})
_HIDES = frozenset({"noindex", "none", "noai"})
_STAYS = frozenset({"nofollow", "none"})
_UNTIL = re.compile(r"unavailable_after\s*:\s*(.+)", re.IGNORECASE)
_VALUED = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
_SIGNAL_NO = re.compile(r"\b(?:search|ai-input)\s*=\s*no\b", re.IGNORECASE)
_SIGNAL_LINE = re.compile(r"\s*content-signal\s*:(.*)", re.IGNORECASE)
_AGENT_LINE = re.compile(r"\s*user-agent\s*:\s*([^#]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wishes:
    """Whether facts of a page may be kept and its links followed."""

    keep: bool = True
    follow: bool = True


def wishes(response: Response, now: datetime) -> Wishes:
    """What headers and meta elements of an answer ask of us."""
    said = [line.decode("latin-1") for line in response.headers.getlist("X-Robots-Tag")]
    reserved = response.headers.get("TDM-Reservation") == b"1"
    signal = b",".join(response.headers.getlist("Content-Signal")).decode("latin-1")
    if isinstance(response, TextResponse) and response.body.lstrip()[:1] not in (b"{", b"["):
        said += [content for name in OURS - {"*"} for content in _meta(response, name)]
        reserved = reserved or "1" in _meta(response, "tdm-reservation")
    told = {word for line in said for word in _directives(line)}
    over = any(_is_over(line, now) for line in said)
    closed = over or reserved or _SIGNAL_NO.search(signal) is not None
    return Wishes(keep=not (closed or told & _HIDES), follow=not told & _STAYS)


def robots_signal(text: str) -> bool:
    """Whether the Content-Signal lines of a robots.txt for all robots (or ours) let people be looked up and read."""
    agents: set[str] = set()
    within_rules = False
    for line in text.splitlines()[:5_000]:
        if agent := _AGENT_LINE.match(line):
            agents = (set() if within_rules else agents) | {agent[1].strip().lower()}
            within_rules = False
            continue
        within_rules = within_rules or bool(line.strip())
        signal = _SIGNAL_LINE.match(line)
        if signal and (not agents or agents & OURS) and _SIGNAL_NO.search(signal[1]):
            return False
    return True


def _meta(response: TextResponse, name: str) -> list[str]:
    lower = "translate(@name, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')"
    return [str(content).strip() for content in response.xpath(f"//meta[{lower}=$name]/@content", name=name).getall()]


def _directives(line: str) -> Iterable[str]:
    """Words of one line that are meant for all robots or ours; a name in front holds until the next one."""
    for_us = True
    for part in line.split(","):
        name, found, rest = part.partition(":")
        if found and name.strip().lower() not in _VALUED:
            for_us, part = name.strip().lower() in OURS, rest  # noqa: PLW2901 - the name is dealt with
        if for_us:
            yield part.strip().lower()


def _is_over(line: str, now: datetime) -> bool:
    """Whether the line says the page is not to be used any more; a date nobody can read counts as past."""
    said = _UNTIL.search(line)
    prefix = line[: said.start()].strip().rstrip(":").rpartition(",")[2].strip().lower() if said else ""
    if said is None or (prefix and prefix not in OURS | _HIDES | _STAYS):
        return False
    return _moment(said[1].strip(), now) <= now


def _moment(text: str, now: datetime) -> datetime:
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            at = read(text)
        except (TypeError, ValueError):
            continue
        return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return now
