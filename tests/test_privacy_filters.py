"""What never gets into the Store: fields off the card, what people say of their private life, people under age."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sourcing.imports import run
from spiders._card import Card
from spiders._reading.allowed import MINOR, SPECIAL, allowed, fields_of
from spiders._registry import load, names
from storage.records import Account, AccountKey, Evidence, Level
from storage.store import Store
from storage.tables import metadata
from storage.text import minor, special, without_signs, without_special
from tests.house_of_sourcing import NOW, account, furnished, origin

CASES: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "cases" / "special.yaml").read_text("utf-8"))
SEEN_SINCE: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parent / "cases" / "special_unseen.yaml").read_text("utf-8")
)
UNSEEN: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "cases" / "special_unseen2.yaml").read_text("utf-8"))
SAID = [(category, text) for category, texts in CASES["cut"].items() for text in texts]
HEALTH = "I have diabetes and a stutter."
GITHUB = load("github").card


@pytest.mark.parametrize(("category", "text"), SAID, ids=[text for _, text in SAID])
def test_what_people_say_of_themselves_is_cut(category: str, text: str) -> None:
    cut = without_special(f"I build compilers. {text}. Rust and Go.")
    assert cut.removed == 1
    assert cut.text == "I build compilers. Rust and Go."
    assert category in special(text)


@pytest.mark.parametrize("text", CASES["kept"])
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert without_special(text) == (text, 0)


def test_on_sentences_the_patterns_were_not_written_for_it_is_as_good_as_said() -> None:
    """The figures of docs/privacy.md. The first of these tables has been used to write the patterns since."""
    found = sum(bool(without_special(text).removed) for text in SEEN_SINCE["cut"])
    wrong = [text for text in SEEN_SINCE["kept"] if without_special(text).removed]
    assert (len(SEEN_SINCE["cut"]), len(SEEN_SINCE["kept"]), found >= 53, wrong) == (54, 28, True, [])
    said = [text for texts in UNSEEN["cut"].values() for text in texts]
    found = sum(bool(without_special(text).removed) for text in said)
    wrong = [text for text in UNSEEN["kept"] if without_special(text).removed]
    assert (len(said), len(UNSEEN["kept"]), found >= 79, wrong) == (84, 75, True, [])


@pytest.mark.parametrize(("table", "floor"), [(SEEN_SINCE, 8), (UNSEEN, 16)], ids=["seen since", "unseen"])
def test_who_is_young_in_other_words(table: dict[str, Any], floor: int) -> None:
    assert sum(minor(text) is not None for text in table["minors"]["said"]) >= floor
    assert [text for text in table["minors"]["silent"] if minor(text)] == []


@pytest.mark.parametrize("text", CASES["minors"]["said"])
def test_who_is_under_age_says_so(text: str) -> None:
    assert minor(text)


@pytest.mark.parametrize("text", CASES["minors"]["silent"])
def test_who_is_not_does_not(text: str) -> None:
    assert minor(text) is None


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("dad, hiker, Rustacean", "hiker, Rustacean"),
        ("married to a nurse, three kids", None),
        ("Rust | proud father of two | cyclist", "Rust | cyclist"),
        ("Compilers\nI have epilepsy\nGo", "Compilers\nGo"),
        ("Ada (she/her), ML engineer", "Ada ML engineer"),
        ("he/him", None),
        ("if he/she asks", "if he/she asks"),
        ("Gay", None),
        ("🏳️‍🌈 Rust", "Rust"),
        ("🇵🇱 Rust", "🇵🇱 Rust"),
    ],
)
def test_only_the_part_that_says_it_goes(text: str, left: str | None) -> None:
    assert without_special(text).text == left


@pytest.mark.parametrize("name", ["Guy", "Christian Berger", "Muslim Ahmed", "Ada Dad", "Queer Street Labs"])
def test_a_name_is_no_sentence(name: str) -> None:
    assert without_signs(name) == (name, 0)


@given(st.text(max_size=300))
def test_cutting_invents_nothing_and_twice_is_once(text: str) -> None:
    cut = without_special(text)
    if not cut.removed:
        assert cut.text == text
        return
    again = without_special(cut.text or "")
    assert not again.removed or len(again.text or "") < len(cut.text or "")
    assert Counter(cut.text or "") <= Counter(text)


# --- on the way into the Store ---------------------------------------------------------------------------------------


def counted(items: list[Any], card: Card = GITHUB) -> tuple[list[Any], Counter[str], set[AccountKey]]:
    left_out: Counter[str] = Counter()
    minors: set[AccountKey] = set()
    kept = allowed(items, card, lambda name, count: left_out.update({name: count}), minors)
    return kept, left_out, minors


@pytest.mark.parametrize("source", names())
def test_every_source_keeps_what_its_card_names_and_nothing_else(source: str) -> None:
    card = load(source).card
    full = account("github", "ada", links=["https://ada.example"], bio="Compilers.", company="Example GmbH")
    full = full.model_copy(update={"source": source, "open_to_work": True, "created_at": NOW})
    kept, left_out, _ = counted([full], card)
    [one] = [item for item in kept if isinstance(item, Account)]
    for field in ("name", "headline", "bio", "location", "company", "open_to_work", "created_at", "links"):
        if field in fields_of(card):
            assert getattr(one, field) == getattr(full, field)
            assert f"not_on_card:{field}" not in left_out
        elif field != "open_to_work":  # may still be said in the words of the profile
            assert getattr(one, field) in (None, ())
            assert left_out[f"not_on_card:{field}"] == 1


def test_a_wish_is_heard_in_a_sentence_that_is_cut() -> None:
    bio = "Since I am blind I ask you kindly: no recruiters please. Rust."
    kept, left_out, _ = counted([account("github", "ada", bio=bio)])
    [one] = [item for item in kept if isinstance(item, Account)]
    assert "no_recruiters" in one.flags
    assert one.bio == "Rust."
    assert left_out[SPECIAL] == 2  # in the profile, and in the sentence kept as the reason of the flag
    assert not any("blind" in str(item) for item in kept)


def test_texts_of_work_are_read_as_well() -> None:
    work = Evidence(
        account=AccountKey("github", "id-ada"),
        source_id="1",
        kind="profile_readme",
        url="https://github.com/ada/ada",
        title="README",
        text=f"Compilers.\n{HEALTH}\nGo.",
        level=Level.CLAIM,
        origin=origin("github"),
    )
    kept, left_out, _ = counted([account("github", "ada"), work])
    assert [one.text for one in kept if isinstance(one, Evidence)] == ["Compilers.\nGo."]
    assert left_out[SPECIAL] == 1


def test_a_minor_is_not_stored_with_anything_of_theirs() -> None:
    young = account("github", "kim", bio="I'm 15 and love Rust")
    work = Evidence(
        account=young.key,
        source_id="1",
        kind="repository",
        url="https://github.com/kim/x",
        title="x",
        level=Level.PRACTICE,
        origin=origin("github"),
    )
    kept, left_out, minors = counted([young, work, account("github", "ada")])
    assert {item.key.source_id for item in kept if isinstance(item, Account)} == {"id-ada"}
    assert not any(isinstance(item, Evidence) and item.account == young.key for item in kept)
    assert (left_out[MINOR], minors) == (1, {young.key})


def everything_in(store_url: str) -> str:
    """All texts of all tables, and of SQLite every byte of its files."""
    engine = sqlalchemy.create_engine(store_url)
    with engine.connect() as connection:
        rows = [str(connection.execute(sqlalchemy.select(table)).all()) for table in metadata.sorted_tables]
    engine.dispose()
    path = store_url.removeprefix("sqlite:///")
    if path != store_url:
        files = Path(path).parent.glob(f"{Path(path).name}*")
        rows += [file.read_bytes().decode("latin-1") for file in files]
    return "\n".join(rows)


def test_a_health_statement_is_nowhere_in_the_database(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way of an imported file, on both databases; a minor stored before goes when they say so."""
    monkeypatch.setenv("SOURCING_DATABASE_URL", database_url)
    config = furnished(tmp_path / "house")
    head = "First Name,Last Name,URL,Position\n"
    file = tmp_path / "Connections.csv"
    for position in ("Engineer", "High school student"):
        lines = [
            f'Ada,Example,https://www.linkedin.com/in/ada-example,"Engineer. {HEALTH}"',
            f'Kim,Young,https://www.linkedin.com/in/kim-young,"{position}"',
        ]
        file.write_text(head + "\n".join(lines) + "\n")
        done = run(config, "linkedin", file, now=NOW, by="ada")
        assert done.counters[SPECIAL] == 1
    assert done.counters[MINOR] == 1
    said = everything_in(database_url)
    assert "ada-example" in said
    assert "diabetes" not in said
    with Store.open(database_url, key=config.key) as store:
        assert [one.name for one in store.accounts()] == ["Ada Example"]
        assert store.check() == []
