"""Wishes in the biographies of a bulk export of GitHub profiles, against what a person counted while reading them all.

All 730 biographies were read before this was written. What counts:

* "leave me alone": asks recruiters to stay away, or forbids mail that offers something. Two people: one writes it in
  two words, one forbids advertising mail. Not counted: one who sets a condition for scouts, one who takes no sponsors.
* "open to work": offers to be hired, in so many words. Two people: one available for contracts (in three languages),
  one seeking opportunities. Not counted: freelancers who only say that they are, offers to mentor, jokes ("will code
  for …"), those who hire, those who would talk about other technologies, those who only want to be reached.

The tick box "hireable", which 296 of the 1,570 profiles set, is not text and is read by the source.
"""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from storage.text import availability, refusal

FILE = Path(__file__).parents[3] / "shared" / "recordings" / "github" / "profiles_bulk.jsonl"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not FILE.exists(), reason="recordings of real sources are not beside the project"),
]
# Digests of the logins of those a reader found; who they are stays out of the repository.
LEAVE_ME = {"5b4356878451", "ccac09ec7526"}
FIND_ME = {"df48882327ec", "e6b5e59fadfc"}


def digest(login: str) -> str:
    return hashlib.sha256(login.lower().encode()).hexdigest()[:12]


@pytest.fixture(scope="module")
def biographies() -> list[tuple[str, str]]:
    """Digest of the login and biography, of everybody who wrote one."""
    with FILE.open(encoding="utf-8") as lines:
        bodies = [json.loads(line)["body"] for line in lines]
    profiles = [body for body in bodies if isinstance(body, dict) and body.get("bio")]
    return [(digest(body["login"]), body["bio"]) for body in profiles]


def test_as_many_were_read_as_there_are(biographies: list[tuple[str, str]]) -> None:
    assert len(biographies) == 730


@pytest.mark.parametrize(
    ("read", "counted"), [(refusal, LEAVE_ME), (availability, FIND_ME)], ids=["leave me alone", "open to work"]
)
def test_precision_and_recall_are_whole(
    biographies: list[tuple[str, str]], read: Callable[[str], str | None], counted: set[str]
) -> None:
    found = {login for login, bio in biographies if read(bio)}
    assert found - counted == set(), "precision: said of people who wrote no such thing"
    assert counted - found == set(), "recall: missed"


@pytest.mark.parametrize("read", [refusal, availability], ids=["leave me alone", "open to work"])
def test_the_sentence_stands_in_the_biography(
    biographies: list[tuple[str, str]], read: Callable[[str], str | None]
) -> None:
    assert all(said in bio for _, bio in biographies if (said := read(bio)))
