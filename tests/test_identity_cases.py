"""The table of hand-written pairs, each scored in a store of 100 000 persons."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from sourcing.identity.batch import batch
from sourcing.identity.facts import Facts, facts
from sourcing.identity.model import Model
from sourcing.identity.scorer import score_rows
from sourcing.identity.settings import Settings
from storage.records import Account, Claim, Kind, Link, Origin
from storage.text import link_key

TABLE = Path(__file__).parent / "cases" / "identity.yaml"
SEEN = datetime(2026, 11, 1, tzinfo=UTC)
ZONES = ("apart", "ask", "merge")
SOURCES = {
    "gh": ("github", "https://github.com/{}"),
    "kg": ("kaggle", "https://www.kaggle.com/{}"),
    "hn": ("hackernews", "https://news.ycombinator.com/user?id={}"),
    "hf": ("huggingface", "https://huggingface.co/{}"),
    "md": ("mastodon", "https://social.example/@{}"),
    "oa": ("openalex", "https://openalex.example/{}"),
    "so": ("stackexchange", "https://stackoverflow.example/users/{}"),
    "xx": ("other", "https://other.example/{}"),
    "d1": ("discourse", "https://discuss.pytorch.org/u/{}"),
    "d2": ("discourse", "https://discuss.ray.io/u/{}"),
    "rd": ("reddit", "https://reddit.example/user/{}"),
}
COMMON = Model(
    accounts=100_000,
    settings=Settings(),
    words={
        "john": 1500, "smith": 900, "wei": 1200, "wang": 2500, "minjun": 300, "kim": 2000, "nguyen": 1500, "anh": 600,
        "rahul": 700, "kumar": 2200, "jose": 900, "garcia": 800, "anna": 900, "berg": 120, "max": 600, "lee": 1800,
        "ann": 300, "doe": 80, "oluwaseun": 40, "lindqvist": 25, "arne": 30, "eva": 300,
        "jennifer": 200, "li": 2200, "alice": 300, "mary": 300, "robert": 800, "bob": 200, "olga": 200, "alex": 1500,
    },
    full={
        "john smith": 150, "wang wei": 400, "kim minjun": 60, "anh nguyen": 120, "kumar rahul": 200, "garcia jose": 90,
        "anna berg": 6, "doe john": 40, "lee lee": 5,
    },
    handles={"darkknight": 60, "panda": 90, "jkl": 20, "user": 400, "johnsmith": 8},
    employers={"google": 3000, "alibaba": 900, "self": 700},
    renown={"github": (900, 5000), "huggingface": (900, 5000), "mastodon": (900, 5000)}
    | {"kaggle": (4000, 40000), "hackernews": (2000, 20000)},
)  # fmt: skip

FIGURES = {"fans": "followers", "points": "competition_points", "karma": "karma"}
CASES = yaml.safe_load(TABLE.read_text("utf-8"))


def url(short: str) -> str:
    """ "kg/ada" as an address, an address as it is."""
    source, _, handle = short.partition("/")
    return SOURCES[source][1].format(handle) if source in SOURCES else short


def account(told: dict[str, Any]) -> Facts:
    source, _, short = told["at"].partition(" ")
    name, page = SOURCES[source]
    forum = f"{page.split('/')[2]}/" if name == "discourse" else ""
    handle = f"{forum}{short}"
    spoken = (("says", Claim.CLAIMED), ("checked", Claim.VERIFIED), ("mentions", Claim.MENTIONED))
    links = [Link(url=url(told[key]), claim=claim, field="website") for key, claim in spoken if key in told]
    read = facts(
        Account(
            source=name,
            source_id=f"{forum}id-{short}",
            handle=handle,
            url=page.format(short),
            kind=Kind(told.get("kind", "person")),
            name=told.get("name"),
            location=told.get("place"),
            company=told.get("firm"),
            links=tuple(links),
            figures={FIGURES[one]: told[one] for one in FIGURES if one in told},
            flags=(told["flags"],) if "flags" in told else (),
            origin=Origin(source=name, url="https://x.example", seen_at=SEEN, spider=f"{name}/1"),
        )
    )
    work = (link_key(f"https://{told['work']}") or "",) if "work" in told else ()
    ids = (told["id"],) if "id" in told else ()
    return replace(read, works=work, ids=ids, former=(told["was"],) if "was" in told else ())


def zone(left: dict[str, Any], right: dict[str, Any]) -> str:
    found = score_rows(batch([account(left), account(right)]), COMMON)
    return ZONES[found.zone[0]] if len(found) else "apart"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}: {case[2]}")
def test_pair(case: list[Any]) -> None:
    truth, expected, _, left, right = case
    assert zone(left, right) == zone(right, left) == expected
    assert truth == "same" or expected != "merge"


def test_the_table_is_long_and_half_of_it_looks_alike() -> None:
    count = Counter(case[0] for case in CASES)
    assert sum(count.values()) >= 150
    assert count["different"] >= sum(count.values()) / 2
