"""Notices: in which language, what they say, what was done about them, through the real commands."""

import json
import string
import tomllib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import app  # noqa: TID251  tests stand above the top floor
from sourcing import nightly
from sourcing.config import Config
from sourcing.privacy import notices
from sourcing.privacy.languages import FOLDER, known, language_of, languages_of
from storage.errors import ConfigError
from storage.records import Account, Lead
from storage.store import Store
from tests.desk_kit import add
from tests.house_of_sourcing import NOW, account, crawls, done, furnished, people

LANGUAGES = ["de", "en", "es", "fr", "pl", "pt"]


def lead(*accounts: Account) -> Lead:
    return Lead(id="L000001", accounts=accounts or (account("github", "ada"),), first_seen=NOW, last_changed=NOW)


def spoken(text: str | None, place: str | None = None) -> tuple[str, ...]:
    return languages_of(lead(account("github", "ada", bio=text, headline=None, location=place)))


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        ("Ich bin Entwickler und arbeite mit Rust für eine Bank", "Berlin, Germany", ("de",)),
        ("Ich bin Entwickler und arbeite mit Rust", None, ("de",)),
        ("Je suis développeuse dans le domaine de la santé", None, ("fr",)),
        ("Soy desarrolladora y trabajo con los datos de una empresa", None, ("es",)),
        ("Sou engenheiro de dados e trabalho com uma equipa não muito grande", None, ("pt",)),
        ("Jestem programistą i pracuję w Krakowie nad grami, które lubię", None, ("pl",)),
        ("I am an engineer and work with data", "Berlin, Germany", ("en", "de")),
        ("I am an engineer and work with data", "Leeds, United Kingdom", ("en",)),
        (None, "Warsaw, Poland", ("en", "pl")),
        (None, "São Paulo, Brazil", ("en", "pt")),
        (None, "Zürich, Switzerland", ("en",)),  # four official languages: none is guessed
        ("Rust, Go, Kubernetes", "Paris, France", ("en", "fr")),
        (None, None, ("en",)),
        ("de", None, ("en",)),
    ],
)
def test_people_are_told_in_the_language_they_write(text: str | None, place: str | None, expected: tuple[str]) -> None:
    assert spoken(text, place) == expected


def test_nothing_is_guessed_from_a_tie() -> None:
    assert language_of(["und der", "the and"]) == ""


def test_every_language_says_the_same() -> None:
    assert known() == LANGUAGES
    read = {name: tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8")) for name in LANGUAGES}
    english = read["en"]
    for name, words in read.items():
        assert words.keys() == english.keys()
        assert words["fields"].keys() == english["fields"].keys()
        for key, text in {**english, **english["fields"]}.items():
            if isinstance(text, str):
                other = {**words, **words["fields"]}[key]
                assert _holes(other) == _holes(text), (name, key)
                assert other != text or name == "en" or key == "name"


def _holes(text: str) -> set[str]:
    return {hole for _, hole, _, _ in string.Formatter().parse(text) if hole}


Sourcing = Callable[..., tuple[int, str, str]]


@pytest.fixture
def house(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.setenv("SOURCING_DATABASE_URL", database_url)
    monkeypatch.setattr("sourcing.commands.notices.clock", lambda: NOW + timedelta(days=3))
    config = furnished(tmp_path / "house")
    crawls(monkeypatch, people(), [done("github")])
    nightly.run(config, now=NOW)
    return config


@pytest.fixture
def sourcing(house: Config) -> Sourcing:
    def run(*words: str) -> tuple[int, str, str]:
        result = CliRunner().invoke(app, ["--config", str(house.path), *words])
        return result.exit_code, result.stdout, result.stderr

    return run


def test_who_is_due_is_listed_with_the_days_left(sourcing: Sourcing) -> None:
    code, out, _ = sourcing("notices", "due", "--json")
    rows = json.loads(out)
    assert (code, {row["days_left"] for row in rows}, len(rows)) == (0, {27}, 2)
    assert sourcing("notices", "due", "--within", "26")[1] == "nobody has to be told\n"
    assert "27" in sourcing("notices", "due")[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_notice_names_every_source_with_its_address_and_who_answers(sourcing: Sourcing, language: str) -> None:
    code, out, err = sourcing("notices", "render", "github:ada", "--language", language, "--json")
    assert (code, err) == (0, "")
    text = json.loads(out)
    for words in (
        *("github: https://github.com/ada", "kaggle: https://www.kaggle.com/ada"),
        *("Ada Example", "ada@example.org", "hiring engineers", "2026-11-25", "2027-05-24"),
        "mailto:ada@example.org?subject=OBJECT%20",
    ):
        assert words in text["body"], words
    assert "{" not in text["body"]


def test_without_a_language_it_is_english_and_that_of_the_country(sourcing: Sourcing) -> None:
    _, out, _ = sourcing("notices", "render", "github:bob")
    assert "Hello Bob," in out
    assert "Guten Tag Bob," in out
    assert sourcing("notices", "render", "github:bob", "--language", "eo")[0] == 2


def test_a_notice_that_was_given_ends_the_clock(sourcing: Sourcing, house: Config) -> None:
    assert sourcing("notices", "given", "github:ada")[0] == 2  # how?
    assert sourcing("notices", "given", "github:ada", "--channel", "mail", "--on", "2026-12-24")[0] == 2  # to come
    assert sourcing("notices", "given", "github:ada", "--channel", "mail", "--on", "2026-11-01")[0] == 2  # too early
    code, out, _ = sourcing("notices", "given", "github:ada", "--channel", "e-mail", "--by", "grace")
    assert (code, "given by grace (e-mail)" in out) == (0, True)
    due = json.loads(sourcing("notices", "due", "--json")[1])
    assert [row["name"] for row in due] == ["Bob"]
    assert json.loads(sourcing("notices", "list", "--json")[1])["counts"] == {"given": 1, "pending": 1, "erased": 0}
    with Store.open(house.database_url, key=house.key) as store:
        [row] = store.notices()
        [entry] = store.actions("notice")
        assert (row.state, row.by, row.sources) == ("given", "grace", ("github:id-ada", "kaggle:id-ada"))
        assert (entry.action, entry.by, entry.about) == ("notice.given", "grace", row.lead)
        assert "Ada" not in str(entry.detail)


def test_an_exemption_takes_a_reason_and_a_second_person(sourcing: Sourcing) -> None:
    assert sourcing("notices", "exempt", "github:bob", "--confirm", "--by", "grace")[0] == 2  # nobody proposed
    assert sourcing("notices", "exempt", "github:bob", "--by", "grace")[0] == 2  # no reason
    assert sourcing("notices", "exempt", "github:bob", "--why", "told in person", "--by", "Grace")[0] == 0
    assert len(json.loads(sourcing("notices", "due", "--json")[1])) == 2  # still pending
    code, _, err = sourcing("notices", "exempt", "github:bob", "--confirm", "--by", "grace ")
    assert (code, "second person" in err) == (2, True)
    code, out, _ = sourcing("notices", "exempt", "github:bob", "--confirm", "--by", "linus")
    assert (code, "exempt by linus" in out) == (0, True)
    assert [row["name"] for row in json.loads(sourcing("notices", "due", "--json")[1])] == ["Ada"]
    assert sourcing("notices", "list", "--state", "exempt", "--json")[1].count('"Bob"') == 1
    assert sourcing("notices", "list", "--state", "sent")[0] == 2


def test_where_there_are_users_two_of_them_sign_an_exemption(sourcing: Sourcing, house: Config) -> None:
    assert sourcing("notices", "exempt", "github:bob", "--why", "told in person", "--by", "mallory")[0] == 0
    with Store.open(house.database_url, key=house.key) as store:
        for name, role in (("ann", "sourcer"), ("bo", "admin"), ("cy", "auditor"), ("dee", "sourcer")):
            add(store, name, role)
        store.disable_user("dee", by="bo", at=NOW)

    def exempt(*words: str) -> tuple[int, str]:
        code, out, err = sourcing("notices", "exempt", "github:bob", *words)
        return code, out + err

    code, said = exempt("--confirm", "--by", "ann")
    assert (code, "mallory proposed it and is no user" in said) == (2, True)
    assert exempt("--why", "told in person", "--by", "mallory")[0] == 2
    assert exempt("--why", "told in person", "--by", "Ann")[0] == 0
    for second, why in (
        ("linus", "no user"),
        ("ann", "second person"),
        (" ANN ", "second person"),
        ("cy", "may not sign"),
        ("dee", "no user"),
    ):
        code, said = exempt("--confirm", "--by", second)
        assert (code, why in said) == (2, True), (second, said)
    assert exempt("--confirm", "--by", "bo") == (0, exempt_line(house))


def exempt_line(house: Config) -> str:
    with Store.open(house.database_url, key=house.key) as store:
        return f"{store.lead('github:bob').id}: exempt by bo\n"


def test_a_notice_goes_with_the_lead_it_was_given_to(house: Config) -> None:
    """Joined leads have been told if one of them was; an unknown lead is refused."""
    with Store.open(house.database_url, key=house.key) as store:
        ada, bob = store.lead("github:ada"), store.lead("github:bob")
        notices.give(store, house, bob, channel="e-mail", by="grace", at=NOW)
        store.arrange({one.key: ada.id for one in bob.accounts}, at=NOW)
        [times] = list(store.lead_times(()))
        assert (times.lead, times.notice) == (ada.id, "given")
        assert [row.state for row in store.notices(ada.id)] == ["given"]
        with pytest.raises(ConfigError):
            notices.exempt(store, ada, why=" ", by="grace", at=NOW)


def test_people_who_refuse_are_not_to_be_written_to(house: Config) -> None:
    with Store.open(house.database_url, key=house.key) as store:
        shy = account("github", "bob", seen=NOW + timedelta(hours=1), flags=("no_recruiters",))
        store.save([shy])
        assert [row.name for row in notices.due(store, house, now=NOW)] == ["Ada"]  # Bob is in the pool now
        store.set_status(store.lead("github:bob").id, "contacted", by="grace", note="", at=NOW)
        rows = {row.name: row.refuses for row in notices.due(store, house, now=NOW)}
        assert rows == {"Ada": False, "Bob": True}
