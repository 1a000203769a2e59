"""Where an advert's work is done: place, time zones, hours to share, from home or not."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scoring.advert.sentences import Said, Sentence
from scoring.places import Place, asked_zones, shipped_gazetteer
from scoring.places.zones import fixed_zone

_MOST_ZONES = 6

_PLACE = re.compile(
    r"(?i)(?:\b(?:location|locations|place|office|based in|located in|standort|arbeitsort|ort|ubicación|lugar|lieu|"
    r"localisation|localização|remote|remoto|télétravail|homeoffice|hybrid|on-?site|time ?zones?|zeitzone|"
    r"zona horaria|fuseau horaire)\b)\s*(?P<rest>[^\n;]{0,80})"
)
_AWAY = re.compile(
    r"(?i)\b(?:remote|remoto|remota|télétravail|work from anywhere|homeoffice|home office|distributed)\b"
)
_THERE = re.compile(r"(?i)\b(?:on-?site|onsite|in[- ]office|hybrid|híbrido|hybride|vor ort|presencial|sur site)\b")
_OFFSETS = re.compile(
    r"(?i)(?P<low>(?:UTC|GMT)\s*[+\-−]?\s*\d{0,2})\s*(?:to|and|through|bis|a|à|-|–|—|\.\.|/)\s*(?P<high>(?:UTC|GMT)?\s*[+\-−]\s*\d{1,2})"
)
_AROUND = re.compile(
    r"(?i)(?:(?P<before>(?:UTC|GMT)\s*[+\-−]\s*\d{1,2}|UTC|GMT|CET|CEST|EST|EDT|PST|PDT|ET|PT|BST)\s*)?"
    r"(?:±|\+/-|\+-|plus or minus)\s*(?P<hours>\d{1,2})(?:\s*(?:hours|hrs?|h|stunden|horas|heures)\b)?"
    r"(?:\s*(?:of|from|around|zu|de)\s*(?P<after>UTC|GMT|CET|CEST|EST|EDT|PST|PDT|ET|PT|BST))?"
)
_HOURS = {
    "UTC": 0,
    "GMT": 0,
    "CET": 1,
    "CEST": 2,
    "EST": -5,
    "EDT": -4,
    "ET": -5,
    "PST": -8,
    "PDT": -7,
    "PT": -8,
    "BST": 1,
}
_OVERLAP = re.compile(
    r"(?i)(?P<hours>\d)\+?\s*(?:hours?|hrs?|h|stunden|horas|heures)\s+(?:of\s+)?(?:\w+\s+){0,2}?(?:overlap|überschneidung|solape|solapamiento)"
    r"|overlap\w*\s+(?:of\s+)?(?:at least\s+)?(?P<other>\d)\+?\s*(?:hours?|hrs?|h)\b"
)
_FILLER = re.compile(
    r"(?i)^(?:[\s:|()\-–—/,]|(?:within|in|from|anywhere|only|inside|across|the|or|is|are|fully|innerhalb|desde|depuis|en|"
    r"dans|aus|must be|you are)\b)+"
)
_ENDS = re.compile(
    r"(?i)[.;()|]|\s(?:with|and the|where|or remote|mit|con|avec|office|only|based|preferred|time ?zones?|candidates)\b"
)


@dataclass(frozen=True, slots=True)
class Where:
    """What is asked of the place."""

    zones: tuple[str, ...]
    place: Place | None
    sentence: str
    line: int


def remote(sentences: list[Sentence]) -> tuple[bool, Said] | None:
    """Whether work from elsewhere is offered; "hybrid" and "on site" outweigh a "remote" beside them."""
    there = next((one for one in sentences if _THERE.search(one.text)), None)
    if there is not None:
        return False, Said("on site", there.text, there.line)
    away = next((one for one in sentences if _AWAY.search(one.text)), None)
    return None if away is None else (True, Said("remote", away.text, away.line))


def where(sentences: list[Sentence]) -> Where | None:
    """The hours or the place asked: offsets first, then the surest place behind a word like "location" or "remote"."""
    for sentence in sentences:
        if (zones := _offsets(sentence.text)) is not None:
            return Where(zones, None, sentence.text, sentence.line)
    best: Where | None = None
    for sentence in sentences:
        for place in _places(sentence):
            if best is None or best.place is None or place.confidence > best.place.confidence + 0.05:
                best = Where(place.zones[:_MOST_ZONES], place, sentence.text, sentence.line)
    return best


def _offsets(text: str) -> tuple[str, ...] | None:
    """ "UTC-5 to UTC-3", "CET ± 2 hours" as the range a role file writes; None if there is none."""
    if (span := _OFFSETS.search(text)) is not None:
        ends = [_offset(span["low"], "UTC"), _offset(span["high"], "UTC")]
        return _range(ends[0], ends[1]) if None not in ends else None
    near = _AROUND.search(text)
    if near is None or not (base := near["before"] or near["after"]):
        return None
    middle = _HOURS.get(base.upper().strip(), _offset(base, ""))
    return None if middle is None else _range(middle - int(near["hours"]), middle + int(near["hours"]))


def _offset(written: str, prefix: str) -> int | None:
    bare = "".join(written.split()).replace("−", "-")
    zone = fixed_zone(bare if bare[:3].upper() in ("UTC", "GMT") else prefix + bare)
    return None if zone is None else int(zone[3:6])


def _range(low: int | None, high: int | None) -> tuple[str, ...] | None:
    if low is None or high is None:
        return None
    low, high = min(low, high), max(low, high)
    asked = f"UTC{low:+d}..UTC{high:+d}"
    try:
        asked_zones(asked)
    except ValueError:
        return None
    return (asked,)


def _places(sentence: Sentence) -> Iterator[Place]:
    for found in _PLACE.finditer(sentence.text):
        rest = _FILLER.sub("", found["rest"])
        end = _ENDS.search(rest)
        place = shipped_gazetteer().parse(rest[: end.start()] if end else rest) if rest else None
        if place is not None:
            yield place


def overlap(sentences: list[Sentence]) -> Said | None:
    """Hours of overlap asked, 1 to 8."""
    for sentence in sentences:
        if (found := _OVERLAP.search(sentence.text)) is not None:
            hours = int(found["hours"] or found["other"])
            if 1 <= hours <= 8:
                return Said(str(hours), sentence.text, sentence.line)
    return None
