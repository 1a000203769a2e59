"""Places read from profile strings: shares right, wrong and answered, on the published table and on real profiles."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from bench.report import Row, seconds
from scoring.places import Place, same_clock, shipped_gazetteer
from scoring.plain_yaml import plain_yaml

_ROOT = Path(__file__).parents[2]
TABLE = _ROOT / "tests" / "cases" / "places.yaml"
PROFILES = _ROOT.parent / "shared" / "recordings" / "github" / "profiles_bulk.jsonl"

_YEAR = 2026
_SURE = 0.5
_RIGHT, _WRONG_COUNTRY = 0.97, 0.01


class Expected(NamedTuple):
    """What a careful reader makes of a string; see the head of the table."""

    city: str | None
    country: str | None
    zone: str
    certain: str  # yes, no, any, either


class Tally(NamedTuple):
    """Strings by how they were read; shares are of the strings answered."""

    strings: int
    answered: int
    right: int
    wrong_country: int
    wrongly_silent: int  # a place was to be told and none was

    @property
    def accuracy(self) -> float:
        """Right among answered, 0 to 1."""
        return self.right / self.answered

    @property
    def abroad(self) -> float:
        """Wrong country among answered, 0 to 1."""
        return self.wrong_country / self.answered


def table() -> dict[str, Expected | None]:
    """The published table; None: no place may come out."""
    rows = plain_yaml(TABLE.read_text("utf-8"))
    assert isinstance(rows, dict)
    return {str(text): None if row == "unknown" else Expected(*row) for text, row in rows.items()}


def right(place: Place, expected: Expected | None) -> bool:
    """Whether an answer says what the reader of the table would."""
    if expected is None:
        return False
    sure = len(place.zones) == 1 and place.confidence >= _SURE
    if expected.certain == "either" and not sure and place.city is None and place.country in (None, expected.country):
        return True
    clocks = place.zones[:1] if sure else place.zones
    fits = place.country == expected.country and any(same_clock((zone, expected.zone), _YEAR) for zone in clocks)
    city = expected.city is None if expected.certain in ("any", "either") else False
    fits = fits and (city or place.city == expected.city)
    return fits and {"yes": sure, "no": not sure}.get(expected.certain, True)


def abroad(place: Place, expected: Expected | None) -> bool:
    """Whether an answer names a country that is not the one meant."""
    return place.country is not None and (expected is None or place.country != expected.country)


def tally(expected: Mapping[str, Expected | None]) -> Tally:
    """How the shipped gazetteer reads these strings."""
    read = shipped_gazetteer().parse
    answers = [(place, wanted) for text, wanted in expected.items() if (place := read(text)) is not None]
    return Tally(
        strings=len(expected),
        answered=len(answers),
        right=sum(right(place, wanted) for place, wanted in answers),
        wrong_country=sum(abroad(place, wanted) for place, wanted in answers),
        wrongly_silent=sum(wanted is not None and read(text) is None for text, wanted in expected.items()),
    )


def rows() -> Iterator[Row]:
    """Rows of the bench: the table against its bars, then the real profiles if they lie beside the project."""
    expected = table()
    took = seconds(lambda: tally(expected))
    found = tally(expected)
    told = found.strings - sum(wanted is None for wanted in expected.values())
    peer = f"of {found.strings} strings, {told} with a place"
    yield Row("places: answered", 100 * found.answered / found.strings, "%", peer)
    well, few = found.accuracy >= _RIGHT, found.abroad <= _WRONG_COUNTRY
    yield Row("places: right among answered", 100 * found.accuracy, "%", target="≥ 97 %", holds=well)
    yield Row("places: wrong country among answered", 100 * found.abroad, "%", target="≤ 1 %", holds=few)
    yield Row("places: place told but not read", 100 * found.wrongly_silent / told, "%")
    yield Row("places: strings a second, tables loading included", found.strings / took, "1/s")
    yield from _real()


def _real() -> Iterator[Row]:
    """Only shares: the strings are those of real people."""
    texts = profile_places()
    if not texts:
        return
    read = shipped_gazetteer().parse
    places = {text: read(text) for text in texts}
    people = sum(texts.values())
    answered = sum(count for text, count in texts.items() if places[text] is not None)
    sure = sum(n for text, n in texts.items() if (p := places[text]) and len(p.zones) == 1 and p.confidence >= _SURE)
    peer = f"of {people} profiles, {len(texts)} spellings"
    yield Row("real profiles: answered", 100 * answered / people, "%", peer)
    yield Row("real profiles: one clock, sure", 100 * sure / people, "%", peer)


def profile_places() -> Counter[str]:
    """Places stated in the recorded profiles by how many state them; empty when the recordings are not there."""
    if not PROFILES.is_file():
        return Counter()
    bodies = (json.loads(line)["body"] for line in PROFILES.read_text("utf-8").splitlines())
    return Counter(body["location"] for body in bodies if isinstance(body, dict) and body.get("location"))
