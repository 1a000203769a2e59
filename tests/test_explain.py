"""Explanations: sums that hold, differences to the usual, evidence of both, and examples the engine scored itself."""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from cli import app  # noqa: TID251  tests stand above the top floor
from scoring.engine import Scorer
from scoring.roles import Role, find_role
from scoring.what_if import examples
from scoring.what_if.examples import WORTH_SAYING
from sourcing import explaining
from sourcing.explaining import compare_leads, explain, explained
from sourcing.ranking import score
from sourcing.show import receipts
from storage.errors import ConfigError
from storage.records import Lead, Level
from storage.store import Store
from tests.cases.scoring_people import NOW, account, lead, work
from tests.house_of_sourcing import NOW as TONIGHT
from tests.house_of_sourcing import furnished, people
from tests.test_what_if import LEADS

MLE, OPS = find_role("mle"), find_role("ml-ops")


@given(st.sampled_from(LEADS), st.sampled_from([MLE, OPS]))
def test_parts_add_up_and_differences_are_to_the_usual(one: Lead, role: Role) -> None:
    receipt = Scorer(role, NOW).score(one)
    found = explained(one, receipt, role)
    whole = math.fsum(row.part.contribution for row in found.parts) - math.fsum(p.amount for p in receipt.penalties)
    assert abs(whole - receipt.total) < 1e-9
    assert abs(found.gap) < 1e-9
    assert found.replayed == receipt.total
    for row in found.parts:
        assert row.above_usual == pytest.approx(row.part.weight * (row.part.effective - row.usual), abs=1e-12)
        assert row.part.value is not None or row.above_usual == pytest.approx(0)
        assert len(row.links) <= 3
        assert all(link.startswith("https://") for link in row.links), "an address, not an id"
    amounts = [row.part.contribution for row in found.parts]
    assert amounts == sorted(amounts, reverse=True)
    assert len(found.missing) == sum(len(part.missing) for part in receipt.parts)


def test_a_cautious_profile_is_still_compared_with_the_median() -> None:
    cautious = Role.model_validate({**MLE.model_dump(exclude={"missing"}), "missing": "cautious"})
    found = explained(lead(), Scorer(cautious, NOW).score(lead()), cautious)
    assert {row.usual for row in found.parts} == {0.5}
    assert all(row.above_usual < 0 for row in found.parts)


@pytest.mark.parametrize("role", [MLE, OPS], ids=lambda role: role.role)
@pytest.mark.parametrize("person", [LEADS[2], LEADS[5], lead(work("a", packages=("torch",)))], ids=lambda one: one.id)
def test_an_example_is_what_scoring_the_lead_with_it_gives(role: Role, person: Lead) -> None:
    scorer = Scorer(role, NOW)
    found = examples(person, scorer, most=30)
    assert found
    gains = [one.low + one.high for one in found]
    assert gains == sorted(gains, reverse=True)
    assert all(WORTH_SAYING <= one.high < 1 and one.low <= one.high for one in found)
    deployed = next((one for one in found if one.what == "a public deployment example"), None)
    if deployed is not None:
        shipped = work(
            "example", of=person.accounts[0].source_id, owner=person.accounts[0].handle, title="example", months=0,
            started=0, files=("Dockerfile", ".github/workflows/deploy.yml"),
        )  # fmt: skip
        better = scorer.score(person.model_copy(update={"evidence": (*person.evidence, shipped)}))
        gain = better.total - scorer.score(person).total
        assert min(abs(gain - deployed.low), abs(gain - deployed.high)) < 1e-12


def test_who_shows_it_already_gains_nothing_by_it() -> None:
    ships = work("a", files=("Dockerfile", "k8s/app.yaml", ".github/workflows/ci.yml"), packages=("bentoml", "torch"))
    rich = lead(*(ships.model_copy(update={"source_id": f"w{at}", "level": Level.MAINTAINED}) for at in range(25)))
    bare = lead(work("a", packages=("torch",)))
    whats = [{one.what: one.high for one in examples(who, Scorer(OPS, NOW), most=30)} for who in (rich, bare)]
    assert whats[0].get("a public example of containers", 0) < whats[1]["a public example of containers"]


def test_the_sentence_of_an_example() -> None:
    one = examples(lead(work("a", packages=("torch",))), Scorer(MLE, NOW))[0]
    told = one.model_copy(update={"what": "a public deployment example", "low": 0.031, "high": 0.049})
    assert told.sentence == "a public deployment example would add 0.03–0.05"
    assert told.model_copy(update={"low": 0.049}).sentence == "a public deployment example would add 0.05"
    assert "by -0.02 to +0.05" in told.model_copy(update={"low": -0.02}).sentence
    assert told.model_copy(update={"low": -0.001}).sentence.endswith("would add 0.00–0.05")


@pytest.fixture
def house(tmp_path: Path) -> Path:
    config = furnished(tmp_path)
    with Store.open(config.database_url) as store:
        store.save(people())
        keys = [one.key for one in store.accounts()]
        store.arrange({key: "L000001" if key.source_id == "id-ada" else "L000002" for key in keys}, at=TONIGHT)
        score(store, [MLE], now=TONIGHT)
    return tmp_path


def opened(folder: Path) -> Store:
    return Store.open(f"sqlite:///{folder / 'sourcing.db'}")


def test_an_explanation_of_a_stored_lead(house: Path) -> None:
    with opened(house) as store:
        found = explain(store, MLE, "github:ada")
        assert (found.lead, found.outdated, found.cohort) == ("L000001", "", False)
        assert found.standing is not None
        assert found.standing.share is None
        assert "100 are needed" in found.standing.calibration.why
        changed = Role.model_validate({**MLE.model_dump(exclude={"version"}), "version": 5})
        assert "version 1 of the profile; the saved one is version 5" in explain(store, changed, "L000001").outdated
    shown = receipts.explained(found)
    assert "https://github.com/ada/work-0" in shown
    assert "to the middle" in shown
    assert "equal to the stored total" in shown


def test_two_leads_with_the_evidence_of_both(house: Path) -> None:
    with opened(house) as store:
        found = compare_leads(store, MLE, "L000001", "L000002")
        assert math.fsum(term.difference for term in found.terms) == pytest.approx(found.difference, abs=1e-9)
        with pytest.raises(ConfigError, match="'github:ada' and 'kaggle:ada' are both L000001"):
            compare_leads(store, MLE, "github:ada", "kaggle:ada")
        bare = compare_leads(store, MLE, "L000001", "L000002", whole=False)
    shown = receipts.versus(found)
    assert receipts.versus(bare) == shown
    assert (bare.left.examples, bare.left.standing, bare.terms) == ((), None, found.terms)
    assert "L000001 less L000002" in shown
    assert shown.index("https://github.com/ada") < shown.index("https://github.com/bob/trainer")


def test_two_leads_that_were_not_scored_alike_are_said_to_be(house: Path) -> None:
    with opened(house) as store:
        old = store.receipt("L000002", "mle")
        assert old is not None
        store.save_receipts([old.model_copy(update={"digest": "former", "role_version": 7})])
        found = compare_leads(store, MLE, "L000001", "L000002")
    assert "scored by different tables or versions (1 and 7)" in found.warning
    assert found.warning in receipts.versus(found)


def test_the_commands(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(house)
    words = ("explain", "github:ada", "--role", "mle")
    one = CliRunner().invoke(app, [*words, "--json"])
    assert one.exit_code == 0, one.output
    told = json.loads(one.stdout)
    assert told["replayed"] == told["receipt"]["total"]
    assert set(explaining.Explained.model_fields) == set(told)
    both = CliRunner().invoke(app, [*words, "--versus", "github:bob", "--json"])
    assert json.loads(both.stdout)["right"]["lead"] == "L000002"
    wrong = CliRunner().invoke(app, [*words, "--versus", "kaggle:ada"])
    assert (wrong.exit_code, wrong.stdout, wrong.stderr.count("\n")) == (2, "", 1)


def test_hostile_reasons_stay_on_their_line(house: Path) -> None:
    person = lead(work("a", packages=("torch",)), accounts=(account(name="Ada\n\x1b[2J\u202eevil"),))
    shown = receipts.explained(explained(person, Scorer(MLE, NOW).score(person), MLE))
    assert "\x1b" not in shown
    assert "\u202e" not in shown
