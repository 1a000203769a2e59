"""Wishes on their way into the Store: flags, sentences as evidence, and what happens when they are said no more."""

from typing import Any

import pytest

from scoring.engine import Scorer
from scoring.roles import find_role
from spiders._reading.wishes import KIND, NO_SENTENCE, still_kept, with_wishes
from storage.records import Account, Evidence, Kind, Lead, Level, Withdrawn
from storage.store import Store
from tests.house_of_sourcing import NOW, account, repository
from tests.store_kit import ADA, origin, person

WISH = "Recruiters, please don't contact me."
OFFER = "Open to work from May."


def bio(text: str | None, at: float = 0, **facts: Any) -> Account:
    given = {"bio": text, "observed": frozenset({"bio", "flags"})} | facts
    return person(at=at, **given)


def kept(store: Store, *answers: Account, own_field: bool = False) -> tuple[Account, dict[str, str | None]]:
    """The account and its wishes with their sentences, after these answers."""
    for answer in answers:
        store.save(with_wishes([answer], own_field=own_field))
    stored = store.account(ADA)
    assert stored is not None
    work = store.evidence([ADA]).get(ADA, [])
    return stored, {one.source_id: one.text for one in work if one.kind == KIND}


def test_the_flag_is_set_and_the_sentence_kept(lite: Store) -> None:
    stored, wishes = kept(lite, bio(f"Builds things. {WISH}"))
    assert stored.flags == ("no_recruiters",)
    assert wishes == {"no_recruiters": WISH}
    evidence = lite.evidence([ADA])[ADA][0]
    assert (evidence.url, evidence.level, evidence.origin) == (stored.url, Level.CLAIM, stored.origin)


def test_open_to_work_is_set_and_the_sentence_kept(lite: Store) -> None:
    stored, wishes = kept(lite, bio(f"Builds things. {OFFER}"))
    assert stored.open_to_work is True
    assert wishes == {"open_to_work": OFFER}


def test_a_ticked_field_counts_without_a_sentence(lite: Store) -> None:
    ticked = bio("Builds things.", open_to_work=True, observed=frozenset({"bio", "flags", "open_to_work"}))
    _, wishes = kept(lite, ticked, own_field=True)
    assert wishes == {"open_to_work": NO_SENTENCE}


def test_a_flag_found_by_the_source_itself_is_kept_with_its_evidence(lite: Store) -> None:
    stored, wishes = kept(lite, bio("Builds things.", flags=("no_recruiters",)))
    assert (stored.flags, wishes) == (("no_recruiters",), {"no_recruiters": NO_SENTENCE})


@pytest.mark.parametrize("kind", ["post", "profile_readme"])
def test_what_people_say_in_posts_counts(kind: str) -> None:
    said = Evidence(
        account=ADA,
        source_id="1",
        kind=kind,
        url="https://x.example/1",
        title="October",
        text=f"Hello. {WISH}",
        level=Level.CLAIM,
        origin=origin(),
    )
    asking, *_ = with_wishes([bio("Builds things."), said])
    assert isinstance(asking, Account)
    assert asking.flags == ("no_recruiters",)
    # A text about work is not a text about its author.
    other, *_ = with_wishes([bio("Builds things."), said.model_copy(update={"kind": "repository"})])
    assert isinstance(other, Account)
    assert other.flags == ()


def test_a_candidates_post_is_its_own_evidence() -> None:
    post = Evidence(
        account=ADA,
        source_id="1",
        kind="post",
        url="https://x.example/1",
        title="October",
        text="Location: Graz",
        level=Level.CLAIM,
        origin=origin(),
    )
    candidate = bio(None, open_to_work=True, observed=frozenset({"open_to_work"}))
    wishes = [one for one in with_wishes([candidate, post], own_field=True) if isinstance(one, Evidence)]
    assert [one.kind for one in wishes if one.kind == KIND] == []


def test_wishes_said_no_more_are_taken_back(lite: Store) -> None:
    stored, wishes = kept(lite, bio(f"{WISH} {OFFER}"), bio("Builds things.", at=1))
    assert (stored.flags, stored.open_to_work, wishes) == ((), None, {})


def test_an_answer_that_does_not_cover_the_text_takes_nothing_back(lite: Store) -> None:
    short = person(at=1, observed=frozenset({"handle"}))
    stored, wishes = kept(lite, bio(f"{WISH} {OFFER}"), short)
    assert stored.flags == ("no_recruiters",)
    assert stored.open_to_work is True
    assert set(wishes) == {"no_recruiters", "open_to_work"}


def test_with_a_field_of_its_own_the_source_decides_when_it_answers(lite: Store) -> None:
    ticked = bio("Builds.", open_to_work=True, observed=frozenset({"bio", "flags", "open_to_work"}))
    only_text = bio("Builds.", at=1)
    stored, _ = kept(lite, ticked, only_text, own_field=True)
    assert stored.open_to_work is True


def test_companies_offer_no_work_of_their_own() -> None:
    company = bio("Open to new opportunities", kind=Kind.ORGANISATION)
    found, *_ = with_wishes([company])
    assert isinstance(found, Account)
    assert found.open_to_work is None


def test_an_account_without_texts_is_left_as_it_is() -> None:
    plain = person(observed=frozenset({"handle"}))
    assert with_wishes([plain]) == [plain]


def test_a_second_night_changes_nothing(lite: Store) -> None:
    answer = bio(f"{WISH} {OFFER}")
    lite.save(with_wishes([answer]))
    again = lite.save(with_wishes([answer]))
    assert (again.accounts_unchanged, again.evidence_unchanged, again.evidence_new, again.withdrawn) == (1, 2, 0, 0)
    quiet = bio("Builds things.", at=1)
    lite.save(with_wishes([quiet]))
    assert [type(one) for one in with_wishes([quiet])][1:] == [Withdrawn, Withdrawn]
    assert lite.save(with_wishes([quiet])).withdrawn == 0


def test_wishes_do_not_count_as_work() -> None:
    ada = account("github", "ada")
    work = repository("github", "ada")
    said = work.model_copy(update={"kind": KIND, "source_id": "open_to_work", "text": "Open to work with PyTorch"})
    scorer = Scorer(find_role("mle", None), NOW)
    plain = Lead(id="L000001", accounts=(ada,), evidence=(work,), first_seen=NOW, last_changed=NOW)
    assert scorer.score(plain.model_copy(update={"evidence": (work, said)})) == scorer.score(plain)


def test_only_wishes_that_are_stored_are_taken_back() -> None:
    quiet = with_wishes([bio("Builds things.")])
    assert [type(one) for one in still_kept(quiet, set())] == [Account]
    kept: set[str] = set()
    still_kept(with_wishes([bio("No recruiters, please.")]), kept)
    assert [type(one) for one in still_kept(quiet, kept)] == [Account, Withdrawn]
