"""Lists: who is in them, and what a line says of the reasons behind a score."""

from pathlib import Path

import pytest

from scoring.roles import find_role
from sourcing.ranking import listing, refuses, row, score
from storage.records import Lead, Part, Receipt
from storage.store import Store
from tests.house_of_sourcing import NOW, account, furnished, people, repository


def part(component: str, value: float | None, neutral: float, weight: float = 0.25, **facts: object) -> Part:
    effective = neutral if value is None else value
    plain = Part(
        component=component,
        weight=weight,
        value=value,
        confidence=0.0 if value is None else 1.0,
        neutral=neutral,
        effective=effective,
        contribution=weight * effective,
        reason="said",
    )
    return plain.model_copy(update=facts)


def receipt(*parts: Part) -> Receipt:
    return Receipt(
        lead="L000001",
        role="mle",
        role_version=1,
        digest="d",
        scored_at=NOW,
        total=0.5,
        low=0.4,
        high=0.6,
        coverage=0.5,
        parts=parts,
    )


def lead(flags: tuple[str, ...] = ()) -> Lead:
    ada = account("github", "ada", flags=flags)
    return Lead(
        id="L000001", accounts=(ada,), evidence=(repository("github", "ada"),), first_seen=NOW, last_changed=NOW
    )


@pytest.mark.parametrize(
    ("flags", "hidden"),
    [
        ((), False),
        (("no_recruiters",), True),
        (("opted_out",), True),
        (("progression_opt_out",), False),
        (("progression_opt_out", "mixed_script"), False),
        (("progression_opt_out", "no_recruiters"), True),
    ],
)
def test_only_those_who_want_no_recruiters_are_hidden(flags: tuple[str, ...], hidden: bool) -> None:
    assert refuses(lead(flags=flags)) is hidden


def test_who_hides_ranks_at_kaggle_stays_in_the_list(tmp_path: Path) -> None:
    config = furnished(tmp_path)
    hiding = [account("github", "ada", flags=("progression_opt_out",)), *people()[2:]]
    with Store.open(config.database_url) as store:
        store.save(hiding)
        store.arrange({account("github", name).key: f"L00000{at}" for at, name in enumerate(("ada", "bob"), 1)}, at=NOW)
        score(store, [find_role("mle", None)], now=NOW)
        assert {one.lead for one in listing(store, "mle", section=None)} == {"L000001", "L000002"}


def test_reasons_are_what_lifts_the_score_above_the_usual() -> None:
    usual_but_heavy = part("must_have", 0.6, 0.6, weight=0.9)
    shown = row(1, lead(), receipt(usual_but_heavy, part("impact", 0.9, 0.2), part("title", 0.1, 0.5)))
    assert shown.reasons == ("impact: said",)
    assert shown.weakest == "title: said"


def test_what_is_unknown_is_neither_a_reason_nor_a_weakness() -> None:
    assert row(1, lead(), receipt(part("place", None, 0.5))).weakest == "no public evidence found"
    one = row(1, lead(), receipt(part("impact", 0.9, 0.2), part("place", None, 0.5)))
    assert (one.reasons, one.weakest) == (("impact: said",), "nothing else is known")


def test_evidence_is_shown_by_address_accounts_included() -> None:
    work = lead().evidence[0]
    named = part("impact", 0.9, 0.2, evidence=("github:id-ada", work.id, "github:id-ada", "github:away/repository/1"))
    assert row(1, lead(), receipt(named)).evidence == ("https://github.com/ada", work.url)
