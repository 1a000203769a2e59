"""A blind review on every page and its twin: nothing tells who somebody is before a decision, for whatever role."""

import html as escapes
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.routing import Mount

from scoring.roles import find_role
from sourcing.decisions import decide
from sourcing.desk.market import FEWEST
from sourcing.desk.prepared import prepare
from sourcing.ranking import score
from storage.records import Account, AccountKey, Evidence, Judgement, Kind, Lead, Verdict
from storage.store import Store
from tests.demo_house import small
from tests.desk_kit import Browser, desk, house
from tests.house_of_sourcing import NOW, account, repository

MLE, NLP = (find_role(name, Path("nowhere")) for name in ("mle", "nlp"))
SHOWN = 6  # people decided on for mle
BLIND = {"blind": "mle"}  # the cookie


def invented_people(count: int) -> tuple[list[Account | Evidence], list[str]]:
    """People of the invented world as GitHub shows them, with their repositories."""
    world = small(count)
    rows: list[Account | Evidence] = []
    for at in range(count):
        record = world.github(at)
        if record is None or record["__typename"] != "User":
            continue
        handle = record["login"]
        facts = {
            "name": record["name"],
            "bio": record["bio"],
            "location": record["location"],
            "company": record["company"],
        }
        rows.append(
            account("github", handle, links=[one for one in (record["websiteUrl"],) if one]).model_copy(
                update=facts | {"kind": Kind.PERSON}
            )
        )
        rows += [
            repository("github", handle, one["name"]).model_copy(
                update={
                    "text": f"{one['description'] or ''} by {record['name'] or handle}",
                    "tags": tuple(one["_topics"]),
                }
            )
            for one in record["_repositories"][:6]
        ]
    return rows, [one.handle for one in rows if isinstance(one, Account)]


def look_alike(left: Lead, right: Lead) -> Judgement:
    """A question whether two leads are one person, with what was compared."""
    one, other = sorted((left.accounts[0], right.accounts[0]), key=lambda account: account.key)
    values = (f"{one.name} | {other.name}", f"{one.location} | {other.location}", f"{one.url}")
    return Judgement(
        left=one.key,
        right=other.key,
        verdict=Verdict.SUGGESTED,
        bits=5.0,
        by="identity/2",
        why=f"{one.name} and {other.handle} look alike",
        evidence=tuple(f"{kind} +2.0: {value}" for kind, value in zip(("name", "place", "site"), values, strict=True)),
        created_at=NOW,
    )


@pytest.fixture(scope="module")
def store(empty_file: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    config = house(tmp_path_factory.mktemp("blind") / "house")
    with Store.open(config.database_url, key=config.key) as made:
        rows, handles = invented_people(60)
        made.save(rows)
        made.arrange({AccountKey("github", f"id-{one}"): f"L{at:06d}" for at, one in enumerate(handles, 1)}, at=NOW)
        score(made, [MLE, NLP], now=NOW)
        for role in ("mle", "nlp"):
            made.save_receipts([one.model_copy(update={"section": "ranked"}) for one in made.ranking(role)])
        prepare(made)
        leads = list(made.leads())
        for lead in leads[:SHOWN]:
            decide(made, lead.id, "mle", "yes", reason="fit", note="", by="ann", now=NOW)
        for lead in leads[SHOWN : SHOWN + 3]:
            decide(made, lead.id, "nlp", "yes", reason="fit", note="", by="ann", now=NOW)
        made.judge([look_alike(leads[0], leads[30]), look_alike(leads[31], leads[32]), look_alike(leads[1], leads[2])])
        yield made


@pytest.fixture(scope="module")
def app(store: Store, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return desk(house(tmp_path_factory.mktemp("desk") / "house"), store)


@pytest.fixture
def blind(app: FastAPI) -> Browser:
    made = Browser(app)
    made.cookies.update(BLIND)
    return made


def hidden(store: Store) -> list[Lead]:
    return [lead for lead in store.leads() if lead.id not in store.answers("mle")]


def telling(lead: Lead) -> set[str]:
    """What a reader could look somebody up by."""
    texts: set[str] = set()
    for one in lead.accounts:
        whole = [one.name, one.handle, one.location, one.company, one.url, *(link.url for link in one.links)]
        parts = [*(one.name or "").split(), *re.split(r"[,/]", one.location or "")]
        texts |= {text.strip() for text in (*whole, *parts) if text and len(text.strip()) > 2}
    texts |= {one.url for one in lead.evidence}
    return {text.lower() for text in texts}


def told(texts: set[str], page: str) -> set[str]:
    return {one for one in texts if one in page and re.search(rf"(?<!\w){re.escape(one)}(?!\w)", page)}


def words_of(answer: Any) -> str:
    """Everything an answer says, letters small: the bytes as they are, and as a browser or a script reads them."""
    text = str(answer.text)
    if "json" in answer.headers.get("content-type", ""):
        text += json.dumps(answer.json(), ensure_ascii=False)
    return (text + escapes.unescape(text)).lower()


def routes(found: Any) -> Iterator[str]:
    """The paths that can be read, the included routers' too."""
    for route in found.routes:
        if hasattr(route, "original_router"):
            yield from routes(route.original_router)
        elif not isinstance(route, Mount) and "GET" in route.methods:
            yield route.path


def walk(app: FastAPI, store: Store) -> Iterator[tuple[str, str]]:
    """Every route that can be read, with addresses of it: of both roles, all leads, sections, pages, questions."""
    leads = [lead.id for lead in store.leads()]
    for route in sorted(set(routes(app))):
        short = route.removeprefix("/api")
        for role in ("mle", "nlp") if "{role}" in route else ("",):
            here = route.replace("{role}", role)
            if short == "/leads/{lead}":
                yield from ((route, here.replace("{lead}", lead)) for lead in leads)
            elif short == "/inbox/{role}":
                yield from ((route, f"{here}?at={lead}") for lead in leads)
                yield from ((route, f"{here}?section={section}") for section in ("changed", "returned"))
            elif short == "/ranking/{role}":
                yield from ((route, f"{here}?section={one}") for one in ("too_little_evidence", "restricted"))
                cursors = [store.ranking(role)[at] for at in (0, 24, 49)]
                yield from ((route, f"{here}?cursor=from_{one.total!r}_{one.lead}") for one in cursors)
                yield from ((route, here + f"?{asked}") for asked in ("place=Lisbon", "overlap=1", "skill=pytorch"))
            elif short == "/weights/{role}":
                yield from ((route, here + asked) for asked in ("", "?must_have=0&impact=100"))
            elif short == "/same":
                yield from ((route, f"{here}?at={row.id}") for row in store.suggestions())
            elif short == "/search":
                yield from ((route, f"{here}?q={asked}&limit=100") for asked in ("pytorch", "training&role=mle"))
            else:
                yield route, here.replace("{number}", "1")


def test_nothing_tells_who_somebody_is(app: FastAPI, store: Store, blind: Browser, tmp_path: Path) -> None:
    plain = desk(house(tmp_path / "plain"), Store.open(house(tmp_path / "empty").database_url))
    wanted = {lead.id: telling(lead) - shared(store, telling(lead)) for lead in hidden(store)}
    everybody = set().union(*wanted.values())
    assert len(wanted) > 30
    assert len(everybody) > 150
    visited = set()
    for route, path in walk(app, store):
        visited.add(route)
        answer = blind.get(path)
        assert answer.status_code in (200, 303, 404), (path, answer.text)
        there = told(everybody, words_of(answer))
        if there and "/market/" in path:
            there -= crowded(store)
        if there:  # what the page says of nobody: its own words
            there -= told(there, words_of(Browser(plain).get(re.sub(r"\?.*|L\d{6}", "", path))))
        assert there == set(), (
            path,
            [words_of(answer)[max(0, words_of(answer).find(one) - 80) :][:160] for one in there],
        )
    assert visited == set(routes(app)), "a page nobody looked at"


def set_of_shown(store: Store) -> list[Lead]:
    return [lead for lead in store.leads() if lead.id in store.answers("mle")]


def shared(store: Store, texts: set[str]) -> set[str]:
    """Those of these texts that people who are shown have in common with them: a first name, a town."""
    return told(texts, " ".join(text for lead in set_of_shown(store) for text in telling(lead)))


def crowded(store: Store) -> set[str]:
    """Places of so many people that naming them tells nobody."""
    counts: dict[str, int] = {}
    for lead in store.leads():
        for text in telling(lead):
            counts[text] = counts.get(text, 0) + 1
    return {text for text, count in counts.items() if count >= FEWEST}


def test_the_same_pages_tell_everything_when_not_blind(app: FastAPI, store: Store) -> None:
    """What the walk looks for stands there otherwise: on each page it would be found."""
    browser = Browser(app)
    best = store.ranking("mle")[0].lead
    lead = next(one for one in hidden(store) if one.id == best)
    pair = f"/same?at={store.suggestions()[0].id}"
    for path in (f"/inbox/mle?at={best}", f"/leads/{best}", "/ranking/mle", "/weights/mle", pair):
        for here in (path, f"/api{path}"):
            wanted = lead.name.lower()
            if "same" in path:
                wanted = next(store.leads(["L000031"])).name.lower()
            if here == "/api/weights/mle":
                continue  # has no people; its twin of the list is the answer to a try
            assert wanted in words_of(browser.get(here)), here
    assert lead.name.lower() in words_of(browser.post("/api/weights/mle/try", json={"impact": 50}))


def test_trying_weights_by_json_names_nobody(app: FastAPI, store: Store, blind: Browser) -> None:
    for role in ("mle", "nlp"):
        answer = blind.post(f"/api/weights/{role}/try", json={"impact": 100, "must_have": 0})
        rows = answer.json()["top"] + answer.json()["enters"] + answer.json()["leaves"]
        decided = store.answers("mle")
        assert {row["lead"] in decided for row in rows} <= {True, False}
        assert all((row["name"] is None) is row["blind"] is (row["lead"] not in decided) for row in rows)


@pytest.mark.parametrize("field", ["name", "handle", "location", "company"])
def test_nobody_is_found_by_what_tells_who_it_is(store: Store, blind: Browser, field: str) -> None:
    """Else a name typed into the search would say which number it has."""
    some = [lead for lead in hidden(store) if getattr(lead.accounts[0], field)][:8]
    assert len(some) == 8
    for lead in some:
        q = str(getattr(lead.accounts[0], field)).replace(",", " ").replace("-", " ").replace("@", " ")
        for path in ("/search", "/ranking/mle", "/ranking/nlp"):
            for here in (path, f"/api{path}"):
                answer = blind.ask("GET", here, params={"q": q, **({"order": "match"} if "ranking" in path else {})})
                assert answer.status_code == 200, (here, q)
                assert lead.id not in answer.text, (here, q)
    place = blind.ask("GET", "/api/ranking/mle", params={"place": "Berlin"}).json()
    assert {row["row"]["lead"] for row in place["rows"]} <= store.answers("mle").keys()
    assert any("Blind review" in note for note in place["notes"])


def test_people_decided_on_are_found_and_named(store: Store, blind: Browser) -> None:
    lead = set_of_shown(store)[0]
    found = blind.ask("GET", "/api/search", params={"q": lead.name}).json()
    assert lead.id in [one["lead"] for one in found["people"]]
    assert found["blind"] is True
    listed = blind.ask("GET", "/api/ranking/mle", params={"q": lead.name}).json()
    (row,) = [one for one in listed["rows"] if one["row"]["lead"] == lead.id]
    assert (row["row"]["name"], row["blind"]) == (lead.name, False)
    assert row["found"]


def test_a_blind_row_keeps_score_and_kind_of_work(store: Store, blind: Browser, app: FastAPI) -> None:
    hid = blind.get("/api/ranking/mle").json()["rows"]
    seen = Browser(app).get("/api/ranking/mle").json()["rows"]
    assert [(one["row"]["lead"], one["row"]["total"]) for one in hid] == [
        (one["row"]["lead"], one["row"]["total"]) for one in seen
    ]
    masked = [one["row"] for one in hid if one["blind"]]
    assert masked
    assert all(one["name"] == f"Person {one['lead']}" and one["reasons"] and not one["handles"] for one in masked)


def test_another_role_does_not_lift_the_blind(store: Store, blind: Browser) -> None:
    """Decided on for nlp, still hidden for mle: the list of nlp would say who number so-and-so of mle is."""
    lead = next(one for one in store.answers("nlp") if one not in store.answers("mle"))
    for path in (f"/api/inbox/nlp?at={lead}", f"/api/leads/{lead}"):
        assert lead in blind.get(path).text or "inbox" in path
    assert blind.get(f"/api/leads/{lead}").json()["name"] is None
    assert blind.get("/api/ranking/nlp").json()["rows"][0]["blind"] in (True, False)
    assert Browser.get(blind, f"/leads/{lead}").text.count("Blind review") >= 1


def test_a_request_can_ask_for_it_without_the_cookie(app: FastAPI, store: Store) -> None:
    lead = hidden(store)[0]
    browser = Browser(app)
    for path in ("/api/ranking/mle", "/api/search?q=pytorch", f"/api/leads/{lead.id}", "/api/same", "/api/market/mle"):
        sign = "&" if "?" in path else "?"
        words = words_of(browser.get(f"{path}{sign}blind=true"))
        assert told(telling(lead) - shared(store, telling(lead)), words) - crowded(store) == set()
    assert browser.get("/api/ranking/mle?blind=true").json()["rows"][0]["row"]["handles"] == []


def test_a_cookie_with_other_names_hides_nothing_and_keeps_nothing(app: FastAPI) -> None:
    browser = Browser(app)
    browser.cookies["blind"] = "none.<b>." + ".".join(f"r{at}" for at in range(60))
    assert not any(one["blind"] for one in browser.get("/api/ranking/mle").json()["rows"])
    assert not {name for name in app.state.boards._held if name not in ("mle", "nlp")}
