"""Lists: who is in them, and what a line says of the reasons behind a score."""

from collections.abc import Collection
from datetime import timedelta
from pathlib import Path

import pytest

from scoring.roles import Role, find_role
from sourcing.config import Config
from sourcing.ranking import drop_matrices, listing, matrix, refuses, row, score
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


def housed(config: Config, count: int = 4) -> Store:
    """A store of that many scored leads."""
    store = Store.open(config.database_url)
    names = [f"dev{at}" for at in range(count)]
    store.save([item for name in names for item in (account("github", name), repository("github", name))])
    store.arrange({account("github", name).key: f"L{at:06d}" for at, name in enumerate(names)}, at=NOW)
    score(store, [find_role("mle")], now=NOW)
    return store


def asked_for(store: Store, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The leads whose numbers are read from now on, one list per time."""
    asked: list[list[str]] = []
    plain = store.receipt_numbers

    def numbers(role: str, leads: Collection[str]) -> object:
        asked.append(sorted(leads))
        return plain(role, leads)

    monkeypatch.setattr(store, "receipt_numbers", numbers)
    return asked


def agrees(store: Store) -> None:
    """The matrix says what the stored receipts say."""
    role = find_role("mle")
    found, held = matrix(store, role, now=NOW), store.ranking("mle")
    top = found.top(role.normal_weights, 1000, section=None)
    assert [(row.lead, row.total, row.low, row.high, row.coverage) for row in top] == [
        (one.lead, one.total, one.low, one.high, one.coverage) for one in held
    ]
    assert found.stale == 0


def test_the_matrix_is_read_again_only_where_receipts_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with housed(furnished(tmp_path)) as store:
        asked = asked_for(store, monkeypatch)
        agrees(store)
        agrees(store)
        later = NOW + timedelta(hours=1)
        store.save([repository("github", "dev2", "more", seen=later)])
        score(store, [find_role("mle")], now=later)
        agrees(store)
        assert asked == [[f"L{at:06d}" for at in range(4)], ["L000002"]]


def test_the_matrix_forgets_who_was_merged_and_takes_them_back(tmp_path: Path) -> None:
    with housed(furnished(tmp_path)) as store:
        agrees(store)
        store.arrange({account("github", "dev3").key: "L000001"}, at=NOW + timedelta(hours=1))
        score(store, [find_role("mle")], now=NOW + timedelta(hours=2))
        agrees(store)
        assert len(matrix(store, find_role("mle"), now=NOW)) == 3
        store.arrange({account("github", "dev3").key: "L000003"}, at=NOW + timedelta(hours=3))
        score(store, [find_role("mle")], now=NOW + timedelta(hours=4))
        agrees(store)
        assert len(matrix(store, find_role("mle"), now=NOW)) == 4


def test_the_matrix_of_another_neutral_value_or_version_is_told_apart(tmp_path: Path) -> None:
    config = furnished(tmp_path)
    role = find_role("mle")
    cautious = Role.model_validate({**role.model_dump(exclude={"missing"}), "missing": "cautious"})
    with housed(config) as store:
        plain = matrix(store, role, now=NOW)
        other = matrix(store, cautious, now=NOW)
        assert (plain.stale, other.stale) == (0, 4)
        assert (other.totals(role.normal_weights) < plain.totals(role.normal_weights)).all()
        agrees(store)


def test_kept_columns_are_deleted_on_request_and_made_again(tmp_path: Path) -> None:
    config = furnished(tmp_path)
    with housed(config) as store:
        agrees(store)
        assert (tmp_path / "sourcing.matrix" / "mle" / "current.json").is_file()
        drop_matrices(store)
        assert not (tmp_path / "sourcing.matrix").exists()
        agrees(store)


def test_a_folder_that_cannot_be_written_costs_time_and_nothing_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with housed(furnished(tmp_path)) as store:
        (tmp_path / "sourcing.matrix").write_text("in the way")
        agrees(store)
        assert "columns of mle are not kept" in caplog.text
