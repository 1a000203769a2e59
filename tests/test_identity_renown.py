"""Lone claims and pages that bear a name: who is well known, what a page says, and what the guards are good for."""

import math
from collections.abc import Sequence

import numpy as np
import pytest

from bench._adversaries import adversaries
from bench._invented import Owned
from bench._web import Found, judge, mistaken, read, wrong
from sourcing.identity import Settings
from sourcing.identity.batch import batch
from sourcing.identity.facts import Facts, facts
from sourcing.identity.model import Model, fit
from sourcing.identity.ownpage import bears, holds
from sourcing.identity.pairs import Pairs
from sourcing.identity.renown import FEWEST, UNKNOWN, bounds, known_by, renown, steps
from sourcing.identity.scorer import fit_rows
from storage.records import Account, Verdict
from tests.identity_kit import PAGES, account, bystanders

CLAIM = (
    account("github", 1, "cinder", says=[PAGES["kaggle"].format("wxyzab")]),
    account("kaggle", 1, "wxyzab", figures={"competition_points": 4.0}),
)


def settled(some: Sequence[Account], settings: Settings | None = None) -> Found:
    rows, owners = read(Owned(one, 0) for one in (*some, *bystanders()))
    return judge(rows, owners, settings or Settings())


def joined(some: Sequence[Account], settings: Settings | None = None) -> bool:
    leads = settled(some, settings).clusters()
    return any({one.key for one in some} <= cluster for cluster in leads)


# --- how well known ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "figures", "found"),
    [
        ("github", {"followers": 7.0, "public_repos": 90.0}, 7.0),
        ("kaggle", {"competition_points": 5.0, "dataset_points": 6.0, "tier": 2.0}, 11.0),
        ("stackexchange", {"reputation": 12.0, "followers": 99.0}, 12.0),
        ("hackernews", {"karma": 0.0}, 0.0),
        ("gitlab", {}, math.nan),
        ("kaggle", {"followers": 90.0}, math.nan),
    ],
)
def test_each_source_is_known_by_its_own_figure(source: str, figures: dict[str, float], found: float) -> None:
    assert renown(source, figures) == pytest.approx(found, nan_ok=True)


def test_too_few_figures_tell_nothing() -> None:
    assert bounds([math.nan, *range(FEWEST - 1)]) == ()
    assert bounds([math.nan, *range(100)]) == (97.0, 99.0)


def test_a_step_is_taken_above_a_bound_and_missing_is_unknown() -> None:
    figures = np.array([0.0, 98.0, 98.5, 100.0, math.nan, 5.0])
    found = steps(np.array([0, 0, 0, 0, 0, 1]), ["github", "gitlab"], figures, {"github": (98.0, 99.0)})
    assert found.tolist() == [0, 0, 1, 2, UNKNOWN, UNKNOWN]


def test_the_reader_is_told_the_figure() -> None:
    assert [known_by(source) for source in ("kaggle", "github", "discourse")] == ["points", "followers", "trust level"]
    [row] = (row for row in settled(CLAIM).said if row.verdict is Verdict.SAME)
    assert row.why.endswith("nobody else there does; the one named is no better known")
    assert "little_known +1.0: unknown | points 4" in row.evidence


def test_the_bounds_of_facts_and_of_columns_are_the_same() -> None:
    rows = [facts(one) for one in bystanders()]
    model = fit(rows, Settings())
    assert model.renown["github"] == (48.0, 49.0)
    assert fit_rows(batch(rows), Settings()) == model
    assert model.digest != model.model_copy(update={"renown": {}}).digest
    assert Model.model_validate(model.model_dump(mode="json")) == model


# --- lone claims ---------------------------------------------------------------------------------------------------


def test_a_lone_claim_joins_somebody_little_known_unless_told_not_to() -> None:
    assert joined(CLAIM)
    assert not joined(CLAIM, Settings(lone=1))
    assert not joined(CLAIM, Settings(strict_claims=True))
    assert not joined((CLAIM[0], account("kaggle", 1, "wxyzab", figures={"competition_points": 400.0})))
    assert not joined((CLAIM[0], account("kaggle", 1, "wxyzab")))


def test_what_an_organiser_writes_is_no_impostors_claim() -> None:
    star = account("github", 1, "wxyzab", figures={"followers": 50_000.0})
    said = account("hackernews", 1, "cinder", says=[PAGES["github"].format("wxyzab")])
    programme = {"source": "events", "source_id": "conf/1", "handle": "cinder", "url": "https://conf.example/cinder"}
    assert not joined((star, said))
    assert joined((star, said.model_copy(update=programme)))


def test_without_the_guard_the_adversaries_would_be_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pairs, "no_better_known", property(lambda pairs: np.ones(len(pairs), dtype=bool)))
    found = judge(*read(adversaries(10)), Settings())
    assert wrong(found, found.clusters()) > 20


def test_adversaries_among_ordinary_people_are_never_joined() -> None:
    rows, owners = read(adversaries(20))
    ordinary: list[Facts] = [facts(one) for one in bystanders()]
    found = judge(rows, owners, Settings(), ordinary)
    assert wrong(found, found.clusters()) == 0


def test_a_web_of_more_mistakes_has_more_claims_and_the_same_people() -> None:
    rows = [facts(one) for one in bystanders()]
    more = mistaken(rows, 3)
    assert [one.key for one in more] == [one.key for one in rows]
    wrong_ones = [one for one in more if one.said]
    assert 3 <= len(wrong_ones) <= 20
    assert all(one.key.source == "github" and one.said[0].target.split("/")[0] != "@github" for one in wrong_ones)


# --- pages that bear a name ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "name", "found"),
    [
        ("ada-lovelace.example", "ada lovelace", True),
        ("lovelaceada.example", "ada lovelace", True),
        ("www.lab.example/~alovelace", "ada lovelace", True),
        ("adalovelace17.example", "ada lovelace", True),
        ("@linkedin/ada-lovelace-0a1b2c3", "ada lovelace", True),
        ("ouyangruolan.example", "ruo lan ou yang", True),
        ("nastaranabpour.example", "nstrn abpwr", True),
        ("lovelace.example", "ada lovelace", False),
        ("lovelace-family.example", "ada lovelace", False),
        ("moewenfelsik.example", "anna moewenfelsik", False),
        ("ottolovelace.example", "ada lovelace", False),
        ("firm.example/team", "ada lovelace", False),
        ("wli.example", "wei li", False),
        ("adalovelace.example", "adalovelace", False),
        ("", "ada lovelace", False),
    ],
)
def test_a_page_bears_two_words_of_a_name_or_an_initial_and_the_surname(address: str, name: str, found: bool) -> None:
    assert bears(address, tuple(name.split())) == found


def test_a_page_holds_a_long_handle_digits_aside() -> None:
    assert holds("obsidianlantern.example", {"obsidianlantern"})
    assert holds("obsidianlantern7.example/about", {"obsidianlantern"})
    assert not holds("torch.example", {"torch"})
    assert not holds("firm.example", {"obsidianlantern"})
