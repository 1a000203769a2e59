"""Weights tried on stored leads, saved as versions with their comments, learned and accepted; and what is refused."""

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli import app  # noqa: TID251  tests stand above the top floor
from scoring.engine import Scorer
from scoring.roles import Role, find_role, load_role, shipped_roles
from sourcing.config import Config
from sourcing.decisions import decide
from sourcing.ranking import listing, score
from sourcing.show import what_if
from sourcing.weights import accept, named, pair, read_weights, save_pair, save_weights, tried, tune, with_weights
from storage.errors import ConfigError, RoleError, SourcingError
from storage.records import Part, Receipt
from storage.store import Store
from tests.cases.scoring_people import NOW
from tests.house_of_sourcing import furnished
from tests.store_kit import day
from tests.test_what_if import LEADS

MLE = find_role("mle")


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """An installation with eighty scored leads."""
    made = furnished(tmp_path)
    monkeypatch.chdir(tmp_path)
    with Store.open(made.database_url) as store:
        store.save([account for one in LEADS for account in one.accounts])
        store.save([piece for one in LEADS for piece in one.evidence])
        store.arrange({one.accounts[0].key: one.id for one in LEADS}, at=NOW)
        score(store, [MLE], now=NOW)
    return made


@pytest.fixture
def store(config: Config) -> Iterator[Store]:
    with Store.open(config.database_url) as opened:
        yield opened


def rows(store: Store) -> dict[str, int]:
    with store._read() as connection:
        names = ("receipt", "decision", "role_version", "lead")
        return {name: connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one() for name in names}


def test_trying_says_what_scoring_would_and_writes_nothing(config: Config, store: Store) -> None:
    before, changed = rows(store), with_weights(MLE, {"impact": 0.4, "activity": 0.0})
    found = tried(store, MLE, changed, now=NOW, top=10)
    assert rows(store) == before
    assert not list(config.roles_folder.iterdir())
    score(store, [changed], now=NOW)
    now = listing(store, "mle", limit=10)
    assert [move.lead for move in found.difference.after] == [row.lead for row in now]
    assert [move.total_after for move in found.difference.after] == [row.total for row in now]
    assert found.names[now[0].lead] == now[0].name
    assert (found.stale, found.left_out, found.full) == (0, (), False)


def test_what_needs_reading_again_is_named_and_counted_when_asked(store: Store) -> None:
    changed = Role.model_validate({**MLE.model_dump(exclude={"must_have"}), "must_have": [
        {"name": "explaining", "any": ["explainability"], "level": 3}]})  # fmt: skip
    quick = tried(store, MLE, changed, now=NOW)
    assert quick.left_out == ("must_have",)
    assert quick.difference.enters == ()
    assert "--full" in what_if.tried(quick)
    full = tried(store, MLE, changed, now=NOW, full=True, top=10)
    assert full.left_out == ()
    best = sorted((Scorer(changed, NOW).score(one) for one in LEADS), key=lambda one: (-one.total, one.lead))
    ranked = [one.lead for one in best if one.section == "ranked"]
    assert [move.lead for move in full.difference.after] == ranked[:10]


def test_who_refuses_recruiters_is_in_no_difference(store: Store) -> None:
    found = tried(store, MLE, with_weights(MLE, {"impact": 0.5}), now=NOW, top=80)
    refusing = {f"L{number:06d}" for number in range(17, 81, 17)}
    assert refusing.isdisjoint(move.lead for move in found.difference.after)
    assert refusing.isdisjoint(found.names)


def test_nobody_scored_and_two_roles_are_refused(store: Store) -> None:
    nlp = find_role("nlp")
    with pytest.raises(ConfigError, match="nobody is scored for role 'nlp'"):
        tried(store, nlp, with_weights(nlp, {"impact": 0.5}), now=NOW)
    with pytest.raises(ConfigError, match="two roles"):
        tried(store, MLE, nlp, now=NOW)


@pytest.mark.parametrize("name", sorted(shipped_roles()))
def test_saving_keeps_comments_and_everything_else(config: Config, store: Store, name: str) -> None:
    role = find_role(name)
    done = save_weights(config, store, role, {"impact": 0.23, "title": 0.0}, by="ann", why="less\nfame", now=NOW)
    text, before = done.path.read_text("utf-8"), shipped_roles()[name].read_text("utf-8")
    saved = load_role(done.path)
    assert (saved.version, saved.weights["impact"], saved.weights["title"]) == (2, 0.23, 0.0)
    kept = {field: getattr(saved, field) for field in Role.model_fields if field not in {"version", "weights"}}
    assert kept == {field: getattr(role, field) for field in kept}
    assert {**saved.weights, "impact": 0, "title": 0} == {**role.weights, "impact": 0, "title": 0}
    assert "# version 2, 2026-11-25, ann: less fame\n" in text
    comments = [line for line in before.splitlines() if line.lstrip().startswith("#")]
    assert [line for line in comments if line not in text] == []
    first, second = store.role_versions(name)
    assert (first.version, first.by, first.content) == (1, "file", before)
    assert (second.version, second.by, second.why, second.content) == (2, "ann", "less\nfame", text)
    assert second.digest == saved.digest


def test_versions_count_up_and_former_ones_can_be_compared(config: Config, store: Store) -> None:
    for number, weight in enumerate((0.2, 0.3), 2):
        role = find_role("mle", config.roles_folder)
        assert save_weights(config, store, role, {"impact": weight}, by="ann", why="try", now=NOW).version == number
    both = pair(store, config.roles_folder, "mle@2", "mle@3", ())
    assert (both.present.role.weights["impact"], both.changed.role.weights["impact"]) == (0.2, 0.3)
    assert pair(store, config.roles_folder, "mle@1", "", ()).present.role.version == 3, "held against the saved one"
    with pytest.raises(RoleError, match="no version '9' of role 'mle' is kept; there are: mle@1, mle@2, mle@3"):
        named(store, config.roles_folder, "mle@9")
    config.roles_folder.joinpath("mle.yaml").unlink()
    again = save_weights(config, store, find_role("mle"), {"impact": 0.4}, by="ann", why="try", now=NOW)
    assert again.version == 4, "a version is never given twice"


def test_a_profile_changed_meanwhile_is_not_overwritten(config: Config, store: Store) -> None:
    seen = find_role("mle", config.roles_folder)
    save_weights(config, store, seen, {"impact": 0.2}, by="ann", why="try", now=NOW)
    with pytest.raises(ConfigError, match="was changed since"):
        save_weights(config, store, seen, {"impact": 0.3}, by="ben", why="try", now=NOW)
    for by, why in (("", "try"), ("ann", " ")):
        with pytest.raises(ConfigError, match="--by NAME and --why TEXT"):
            save_weights(config, store, find_role("mle", config.roles_folder), {}, by=by, why=why, now=NOW)


def test_a_hostile_reason_stays_a_comment(config: Config, store: Store) -> None:
    why = "x\u2028weights: {impact: 9}\x85role: evil\r\n\x1b[2J # \x00"
    done = save_weights(config, store, MLE, {"impact": 0.2}, by="ann", why=why, now=NOW)
    saved = load_role(done.path)
    assert (saved.role, saved.weights["impact"]) == ("mle", 0.2)
    assert "\x1b" not in done.path.read_text("utf-8")


def test_a_file_is_saved_as_the_next_version(config: Config, store: Store, tmp_path: Path) -> None:
    other = tmp_path / "draft.yaml"
    other.write_text(shipped_roles()["mle"].read_text("utf-8").replace("  impact: 0.12", "  impact: 0.3  # mine"))
    both = pair(store, config.roles_folder, str(other), "", ())
    assert (both.present.role.weights["impact"], both.changed.role.weights["impact"]) == (0.12, 0.3)
    done = save_pair(config, store, both, by="ann", why="from a draft", now=NOW)
    text = done.path.read_text("utf-8")
    assert (done.path, done.version) == (config.roles_folder / "mle.yaml", 2)
    assert "impact: 0.3  # mine" in text
    assert other.read_text("utf-8").count("version: 1") == 1, "the draft stays as it is"


WRONG: list[tuple[tuple[Any, ...], str]] = [
    (("mle", "", []), "'mle' is the saved profile; name another"),
    (("mle", "nlp", []), "two roles"),
    (("mle", "", ["impact=0.2"], "nlp"), "'mle' is a profile of 'mle', not of 'nlp'"),
    (("nowhere.yaml", "", []), "nowhere.yaml: cannot be read"),
    (("mlee", "", []), "no role 'mlee': did you mean mle"),
    (("mle@x", "", []), "no version 'x' of role 'mle'"),
    (("mle", "", ["impact"]), "'impact' is no weight; write it as COMPONENT=NUMBER"),
    (("mle", "", ["impact=much"]), "the weight of 'impact' is 'much'"),
    (("mle", "", ["fame=1"]), "no component 'fame'"),
]


@pytest.mark.parametrize(("asked", "said"), WRONG, ids=[said for _, said in WRONG])
def test_bad_input_is_one_line(store: Store, config: Config, asked: tuple[Any, ...], said: str) -> None:
    before = rows(store)

    def compared() -> None:
        both = pair(store, config.roles_folder, *asked)
        tried(store, both.present.role, both.changed.role, now=NOW)

    with pytest.raises(SourcingError, match=said) as raised:
        compared()
    assert "\n" not in str(raised.value)
    assert raised.value.exit_code == 2
    assert rows(store) == before


def test_reading_weights() -> None:
    assert read_weights(["impact=0.2", " activity = 0 ", "impact=0.3"]) == {"impact": 0.3, "activity": 0.0}


# Learning from what is stored.


def _receipt(lead: str, effective: dict[str, float]) -> Receipt:
    parts = tuple(
        Part(
            component=name, weight=weight, value=effective[name], confidence=1.0, neutral=0.5,
            effective=effective[name], contribution=weight * effective[name], reason="invented",
        )
        for name, weight in MLE.normal_weights.items()
    )  # fmt: skip
    total = sum(part.contribution for part in parts)
    return Receipt(
        lead=lead, role="mle", role_version=1, digest="d", scored_at=NOW, total=total, low=total, high=total,
        coverage=1.0, parts=parts,
    )  # fmt: skip


def decided(store: Store, *, reason: str, lists: int = 5) -> None:
    """Decisions of somebody who looks at operations and business alone, in several lists."""
    chance = random.Random(3)
    names = list(MLE.normal_weights)
    for number in range(lists):
        for one in LEADS[number * 14 : number * 14 + 14]:
            if one.accounts[0].flags:
                continue
            effective = {name: chance.betavariate(2, 2) for name in names}
            store.save_receipts([_receipt(one.id, effective)])
            up = effective["operations"] + effective["business"] > 1
            answer, why = ("yes", "fit") if up else ("no", reason)
            decide(store, one.id, "mle", answer, reason=why, by="ann", now=day(number), listed=f"night {number}")


def test_learned_weights_are_proposed_accepted_and_kept_with_their_pairs(config: Config, store: Store) -> None:
    decided(store, reason="depth")
    before = rows(store)
    found = tune(store, MLE, now=NOW)
    assert rows(store) == before
    assert found.answer == "change", found.proposal
    assert found.weights is not None
    assert found.tried is not None
    assert {"location", "language"}.isdisjoint(found.weights)
    assert found.weights["operations"] > MLE.weights["operations"]
    assert "the usual answer is keep" in what_if.tuned(found)
    done = accept(config, store, MLE, found, by="ann", why="", now=NOW)
    saved = load_role(done.path)
    assert saved.normal_weights == pytest.approx(found.proposal.weights, abs=1e-4)
    version = store.role_versions("mle")[-1]
    assert (version.by, version.pairs) == ("ann", found.proposal.learned_from)
    assert version.why == f"learned from {found.proposal.pairs} pairs of decisions"
    after = tried(store, MLE, saved, now=NOW).difference.decided
    assert after.auc_after is not None
    assert after.auc_before is not None
    assert after.auc_after > after.auc_before


def test_decisions_that_do_not_speak_of_fit_teach_nothing(config: Config, store: Store) -> None:
    decided(store, reason="place")
    found = tune(store, MLE, now=NOW)
    assert (found.answer, found.proposal.pairs) == ("keep", 0)
    with pytest.raises(ConfigError, match="nothing to accept for 'mle': 0 pairs"):
        accept(config, store, MLE, found, by="ann", why="", now=NOW)


def test_a_later_maybe_takes_a_lead_out_of_the_pairs(store: Store) -> None:
    decided(store, reason="depth", lists=1)
    before = tune(store, MLE, now=NOW).proposal
    first = store.decisions("mle")[0]
    decide(store, first.lead, "mle", "maybe", reason="depth", by="ann", now=day(9), listed=first.listed)
    assert tune(store, MLE, now=NOW).proposal.decisions == before.decisions - 1


Sourcing = Callable[..., Result]


@pytest.fixture
def sourcing(config: Config) -> Sourcing:
    del config
    return lambda *words: CliRunner().invoke(app, list(words))


def test_the_commands(sourcing: Sourcing, config: Config, store: Store) -> None:
    shown = sourcing("rank", "mle", "--set", "impact=0.3", "--set", "activity=0", "--limit", "5", "--json")
    assert shown.exit_code == 0, shown.output
    assert len(json.loads(shown.stdout)["difference"]["after"]) == 5
    text = sourcing("rank", "mle", "--set", "impact=0.3", "--limit", "5").stdout
    assert "Kendall tau-b" in text
    assert "  5. " in text
    assert not list(config.roles_folder.iterdir())
    saved = sourcing("role", "diff", "mle", "--set", "impact=0.3", "--save", "--by", "ann", "--why", "fame")
    assert saved.exit_code == 0, saved.output
    assert "version 2 written" in saved.stderr
    assert find_role("mle", config.roles_folder).weights["impact"] == 0.3
    assert sourcing("role", "diff", "mle@1", "--json").exit_code == 0
    tuned = sourcing("role", "tune", "mle", "--json")
    assert json.loads(tuned.stdout)["weights"] is None
    assert "keep: 0 pairs" in sourcing("role", "tune", "mle").stdout
    made = sourcing("decide", "github:dev3", "no", "--role", "mle", "--reason", "depth", "--by", "ann")
    assert made.stdout.strip() == "1: L000003 for mle: no, depth, by ann"
    listed = sourcing("decisions", "--role", "mle")
    assert "100 are needed" in listed.stdout
    assert json.loads(sourcing("decisions", "--json").stdout)[0]["receipt"]["lead"] == "L000003"
    assert sourcing("undecide", "L000003", "--role", "mle", "--by", "ben").stdout.startswith("taken back: 1")
    assert store.decisions() == []


REFUSED = [
    ("rank", "mle", "--set", "fame=1"),
    ("rank", "mle", "--set", "impact=-1"),
    ("rank", "mle", "--set", "impact=nan"),
    ("rank", "mle", "--set", "impact=0.2", "--night", "1"),
    ("role", "diff", "mle@9"),
    ("role", "diff", "mle", "--set", "impact=0.2", "--save"),
    ("role", "tune", "mle", "--accept"),
    ("role", "tune", "mle", "--freeze", "fame"),
    ("decide", "nobody", "yes", "--role", "mle"),
    ("decide", "L000003", "no", "--role", "mle"),
    ("undecide", "77"),
    ("decisions", "--lead", "nobody"),
]


@pytest.mark.parametrize("words", REFUSED, ids=" ".join)
def test_commands_refuse_with_two_and_write_nothing(
    sourcing: Sourcing, config: Config, store: Store, words: tuple[str, ...]
) -> None:
    before = rows(store)
    done = sourcing(*words)
    assert done.exit_code == 2, done.output
    assert done.stderr
    assert rows(store) == before
    assert not list(config.roles_folder.iterdir())
