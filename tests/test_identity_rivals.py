"""Which questions are asked now: none that another answer settles, none between two who live at one source."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sourcing.identity import resolve
from sourcing.identity.facts import facts
from sourcing.identity.homes import home_of
from sourcing.identity.questions import between, ranked
from sourcing.identity.review import decide, queue
from sourcing.identity.rivals import Sifted, sift
from storage.records import Account, AccountKey, Gone, Judgement, Kind, Origin, Verdict
from tests.identity_kit import START, account, day, house

SOURCES = ("github", "kaggle", "hackernews", "huggingface")
Pairs = list[tuple[str, str, float]]


def key(text: str) -> AccountKey:
    source, _, number = text.partition(":")
    return AccountKey(source, number)


def sorted_out(leads: dict[str, str], pairs: Pairs, evidence: str = "name +9.0: a | a", gone: str = "") -> Sifted:
    """Sift questions between accounts "github:1" of the leads given."""
    rows = [
        Judgement(
            left=min(key(one), key(other)),
            right=max(key(one), key(other)),
            verdict=Verdict.SUGGESTED,
            bits=bits,
            by="identity/2",
            why="alike",
            evidence=(evidence,),
            created_at=START,
        )
        for one, other, bits in pairs
    ]
    where = {key(text): lead for text, lead in leads.items()}
    return sift(ranked(between(rows, where), {}), where, {key(gone)} if gone else frozenset())


def names(found: Sifted) -> tuple[list[tuple[str, str]], ...]:
    return tuple([one.leads for one in some] for some in found)


ALONE = {"github:1": "A", "kaggle:1": "B", "kaggle:2": "C", "hackernews:1": "D"}


def test_of_two_who_would_bring_one_source_the_likelier_is_asked() -> None:
    found = sorted_out(ALONE, [("github:1", "kaggle:1", 3.0), ("github:1", "kaggle:2", 5.0)])
    assert names(found) == ([("A", "C")], [("A", "B")], [])


def test_what_two_answers_tell_is_not_asked_a_third_time() -> None:
    chain = [("github:1", "kaggle:1", 9.0), ("github:1", "hackernews:1", 5.0), ("kaggle:1", "hackernews:1", 4.0)]
    assert names(sorted_out(ALONE, chain)) == ([("A", "B"), ("A", "D")], [("B", "D")], [])


def test_a_rival_by_way_of_others_waits_too() -> None:
    chain = [("github:1", "kaggle:1", 9.0), ("github:1", "hackernews:1", 5.0), ("hackernews:1", "kaggle:2", 4.0)]
    assert names(sorted_out(ALONE, chain)) == ([("A", "B"), ("A", "D")], [("C", "D")], [])


TWO = {"github:1": "A", "kaggle:1": "A", "kaggle:2": "B"}


@pytest.mark.parametrize(
    ("evidence", "gone", "asked"),
    [
        ("name +9.0: a | a", "", False),
        ("handle +16.0: a | a", "", False),
        ("name +9.0: a | a", "kaggle:1", True),
        ("claimed +19.0: a", "", True),
        ("reciprocal +24.0: a", "", True),
        ("profile +17.0: a", "", True),
    ],
)
def test_two_who_live_at_one_source_are_not_asked_about_for_likeness(evidence: str, gone: str, asked: bool) -> None:
    found = sorted_out(TWO, [("github:1", "kaggle:2", 5.0)], evidence, gone)
    assert names(found) == (([("A", "B")], [], []) if asked else ([], [], [("A", "B")]))


LEADS = st.dictionaries(
    st.tuples(st.sampled_from(SOURCES), st.integers(1, 4)).map(lambda one: f"{one[0]}:{one[1]}"),
    st.sampled_from("ABCDEF"),
    min_size=2,
)


@given(leads=LEADS, data=st.data())
def test_every_question_is_somewhere_and_yes_to_all_asked_breaks_no_rule(
    leads: dict[str, str], data: st.DataObject
) -> None:
    texts = st.sampled_from(sorted(leads))
    drawn = data.draw(st.lists(st.tuples(texts, texts, st.floats(-5, 20)), max_size=12))
    pairs = list({frozenset(one[:2]): one for one in drawn if one[0] != one[1]}.values())
    found = sorted_out(leads, pairs)
    every = {tuple(sorted((leads[a], leads[b]))) for a, b, _ in pairs if leads[a] != leads[b]}
    told = [one.leads for some in found for one in some]
    assert sorted(told) == sorted(every)
    group = {lead: lead for lead in leads.values()}
    for one in found.asked:
        here, there = group[one.leads[0]], group[one.leads[1]]
        assert here != there, "no question the others answer"
        homes = [{key(text).source for text, lead in leads.items() if group[lead] == side} for side in (here, there)]
        assert homes[0].isdisjoint(homes[1])
        group = {lead: here if now == there else now for lead, now in group.items()}


def other(source: str, source_id: str, handle: str, url: str) -> Account:
    origin = Origin(source=source, url="https://x.example", seen_at=START, spider=f"{source}/1")
    return Account(source=source, source_id=source_id, handle=handle, url=url, kind=Kind.PERSON, origin=origin)


@pytest.mark.parametrize(
    ("found", "home"),
    [
        (other("github", "1", "ada", "https://github.com/ada"), "github"),
        (
            other("discourse", "Forum.example/1", "forum.example/ada", "https://forum.example/u/ada"),
            "discourse/forum.example",
        ),
        (other("events", "pretalx/conf/7", "conf/ada", "https://conf.example/ada"), "events/pretalx/conf"),
        (other("slack", "T1.U2", "ada", "https://t1.slack.com/team/U2"), "slack/t1"),
        (other("ats", "greenhouse/5", "ada", "https://ats.example/5"), "ats/greenhouse"),
        (other("web", "ada.example", "ada.example", "https://ada.example"), "web/ada.example"),
        (other("mastodon", "ada@one.example", "ada@one.example", "https://one.example/@ada"), None),
        (other("forgejo", "3", "ada", "https://codeberg.org/ada"), None),
    ],
)
def test_the_key_tells_where_an_account_lives_or_nothing(found: Account, home: str | None) -> None:
    assert home_of(found.key) == home
    assert home in (None, facts(found).home)


def test_a_no_brings_the_one_that_waited() -> None:
    name = "Maarten Oosterhuis"
    with house() as store:
        store.save(
            [
                account("github", 1, "quillfeather", name=name, location="Lyon, France"),
                account("kaggle", 1, "quillfeather", name=name, location="Lyon, France"),
                account("kaggle", 2, "quillfeather2", name=name, location="Lyon, France"),
            ]
        )
        resolve(store, now=day(0))
        [first] = queue(store, limit=9)
        decide(store, first, Verdict.DIFFERENT, by="ann", now=day(1))
        [then] = queue(store, limit=9)
        assert {first.row.left, first.row.right} & {then.row.left, then.row.right} == {AccountKey("github", "1")}
        decide(store, then, Verdict.SAME, by="ann", now=day(2))
        assert queue(store, limit=9) == []


def test_who_is_gone_stands_in_nobodys_way() -> None:
    name, lyon = "Maarten Oosterhuis", "Lyon, France"
    with house() as store:
        first = account("kaggle", 1, "quillfeather", name=name, location=lyon)
        again = account("kaggle", 2, "quillfeather", name=name, location=lyon)
        store.save([account("github", 1, "quillfeather", name=name, location=lyon), first])
        resolve(store, now=day(0))
        decide(store, queue(store)[0], Verdict.SAME, by="ann", now=day(0))
        store.save([again])
        resolve(store, now=day(1), full=True)
        assert queue(store, limit=9) == []
        store.save(
            [Gone(account=first.key, reason="not_found", origin=first.origin.model_copy(update={"seen_at": day(2)}))]
        )
        resolve(store, now=day(3), full=True)
        assert len(queue(store, limit=9)) == 1
