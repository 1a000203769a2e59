"""Gaming the score, and claiming to be somebody else: records as spiders make them, through a Store, then judged."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from scoring.engine import Scorer, readable, skills_of
from scoring.features.figures import is_list
from scoring.penalties import ledger
from scoring.reading import CLAIMS_AT_MOST, Reading, Setting, plausible
from scoring.roles import find_role
from sourcing.export import Wanted, write
from sourcing.identity import Settings, resolve
from spiders._github import documents
from spiders._github.answers import PullRequest, Repository, WatchedRepository
from spiders._github.work import merged_change, repository
from spiders._huggingface import work as hub
from spiders._huggingface.answers import Repo
from spiders._reading.clean import LINKS, each, web_links
from storage.records import Account, AccountKey, Claim, Evidence, Kind, Lead, Level, Link, Origin, Part
from storage.store import Store
from tests import github_answers as gh
from tests.cases.scoring_people import NOW, account, work
from tests.hostile.cases import Case
from tests.hostile.drift import Crowd
from tests.hostile.house import House
from tests.hostile_kit import MARK, Said, installation, night
from tests.hostile_kit import NOW as TONIGHT
from tests.replay import Replay, crawl

ROLE = find_role("mle")
LEAD = "L000001"
ORIGIN = Origin(source="github", url="https://api.github.com/x", seen_at=NOW, spider="github/1")
OWNER = AccountKey("github", "1")
MERGES = ("no", "review", "same account")  # what two accounts may be at most, weakest first


def stored(folder: Path, items: Iterable[Account | Evidence]) -> Lead:
    """One lead of these records, as the Store gives it back."""
    url = f"sqlite:///{folder}/abuse.db"
    Store.upgrade(url)
    some = list(items)
    with Store.open(url) as store:
        store.save(some)
        store.arrange({one.key: LEAD for one in some if isinstance(one, Account)}, at=NOW)
        [lead] = store.leads()
    return lead


def part(lead: Lead, name: str) -> Part:
    """One component of the lead's receipt."""
    return next(one for one in Scorer(ROLE, NOW).score(lead).parts if one.component == name)


# ---- gaming the score -----------------------------------------------------------------------------------------


def claims(case: Case, house: House) -> None:
    """Words of a biography, read in a night with everybody else's."""
    expect, name = case["expect"], case["id"]
    lead = next(one for one in house.store.leads() if one.id == house.lead(name))
    told = lead.model_copy(update={"evidence": ()})
    if "skill" in expect:
        [held] = [one for one in skills_of(told, NOW) if one.skill == expect["skill"]]
        assert held.level is Level[expect["level"].upper()]
        assert held.value <= expect["coverage_max"] == CLAIMS_AT_MOST
        return
    rows = ledger(Reading(readable(told, NOW)[0], Setting(ROLE, NOW)))
    assert len(rows) >= 6
    assert not any(row.proven for row in rows), expect["flag"]
    assert "claimed only" in part(told, "must_have").reason, expect["flag"]


def repositories(case: Case, folder: Path) -> None:
    """Repositories: all forks, one of bought stars, one of links, many of one text."""
    told, expect = case["payload"], case["expect"]
    if "forks" in told:
        # GitHub is never asked for them, so nothing of them can be counted as own work.
        lists = re.findall(r"repositories\(first[^)]*", Path(documents.__file__).read_text("utf-8"))
        assert lists
        assert all("isFork: false" in one for one in lists)
        lead = stored(folder, [account(figures={"public_repos": told["repos"]})])
    elif "repo" in told:
        lead = stored(folder, [account(), _repository(told["repo"])])
    else:
        pieces = [work(str(n), text=one["readme"], packages=("torch",)) for n, one in enumerate(told["repos"])]
        lead = stored(folder, [account(), *pieces])
        [held] = [one for one in skills_of(lead, NOW) if one.skill == "pytorch"]
        assert len(held.evidence) == expect["distinct_evidence"]
    highest = max((one.level for one in lead.evidence), default=Level.CLAIM)
    assert highest <= Level[expect.get("level_max", "maintained").upper()]
    if expect.get("flag") == "star_burst":
        impact = part(lead, "impact")
        assert impact.value is not None
        assert impact.value <= expect["impact_percentile_max"]
        assert "at once" in impact.reason
    if expect.get("flag") == "list_repository":
        assert is_list(lead.evidence[0])
        assert lead.evidence[0].figures["list"] == 1
        assert "stars above 0 %" in part(lead, "impact").reason


def _repository(told: Mapping[str, Any]) -> Evidence:
    """A repository as the spider of GitHub reads it."""
    began = NOW - timedelta(days=told.get("age_days", 900))
    name = told.get("name", "engine")
    node = gh.profiled(1, "ada")["repositories"]["nodes"][0] | {
        "name": name,
        "nameWithOwner": f"ada/{name}",
        "stargazerCount": told["stars"],
        "createdAt": began.isoformat(),
        "pushedAt": NOW.isoformat(),
        "forkCount": 0,
    }
    return repository(OWNER, Repository.model_validate(node), None, False, ORIGIN)


def figures(case: Case, folder: Path) -> None:
    """Followers beside work: what they add at most."""
    told, expect = case["payload"], case["expect"]
    piece = _repository({"stars": 12})
    without = part(stored(folder, [account(), piece]), "impact")
    (folder / "abuse.db").unlink()
    beside = part(stored(folder, [account(figures={"followers": told["followers"]}), piece]), "impact")
    assert without.value is not None
    assert beside.value is not None
    assert abs(beside.value - without.value) <= expect["impact_weight_followers_max"]


def dates(case: Case, folder: Path) -> None:
    """Work dated when nobody can have done it."""
    expect = case["expect"]
    [at] = [datetime.fromisoformat(f"{one['date']}T00:00:00+00:00") for one in case["payload"]["commits"]]
    piece = work(packages=("torch",)).model_copy(update={"event_at": at, "started_at": None})
    lead = stored(folder, [account(), piece])
    if expect.get("ignored"):
        assert plausible(at, "github") is None
        undated = lead.model_copy(update={"evidence": (lead.evidence[0].model_copy(update={"event_at": None}),)})
        assert Scorer(ROLE, NOW).score(lead) == Scorer(ROLE, NOW).score(undated)
        return
    assert Setting(ROLE, NOW).age(at) == expect["recency_age_days"]
    assert readable(lead, NOW)[1] == {"date in the future": 1}, expect["flag"]


def answers(case: Case, folder: Path) -> None:
    """An answer voted down adds nothing and takes nothing away."""
    [told] = case["payload"]["answers"]
    expect = case["expect"]
    asker = account("stackexchange", "1")
    plain = work("1", "answer", source="stackexchange", tags=tuple(told["tags"]), level=Level[expect["level"].upper()])
    voted = plain.model_copy(update={"figures": {"score": told["score"], "accepted": float(told["accepted"])}})
    good = plain.model_copy(update={"source_id": "2", "figures": {"score": 5.0}})
    alone = part(stored(folder, [asker, good]), "impact")
    (folder / "abuse.db").unlink()
    beside = part(stored(folder, [asker, good, voted]), "impact")
    assert alone.value is not None
    assert beside.value is not None
    assert (beside.value < alone.value) is expect["negative_votes_lower_total"]


def kaggle(case: Case, folder: Path) -> None:
    """A rank of discussions says nothing of competitions."""
    told = case["payload"]["kaggle"]
    tier = {"grandmaster": 4.0}[told["tier"]]
    known = {"tier": tier, f"{told['category']}_points": 900.0}
    lead = stored(folder, [account("kaggle", "1", figures=known)])
    impact = part(lead, "impact")
    found = "tier" in impact.reason or any(one.kind == "competition" for one in lead.evidence)
    assert found is case["expect"]["competition_evidence"]


def changes(case: Case, folder: Path) -> None:
    """A change of one line in a project of others."""
    [told] = case["payload"]["contributions"]
    change = PullRequest.model_validate(
        {
            "title": told["pr"],
            "url": f"https://github.com/{told['repo']}/pull/1",
            "updatedAt": NOW.isoformat(),
            "mergedAt": NOW.isoformat(),
            "changedFiles": len(told["files"]),
            "additions": told["lines"],
        }
    )
    into = WatchedRepository.model_validate(
        {
            "databaseId": 1,
            "nameWithOwner": told["repo"],
            "url": f"https://github.com/{told['repo']}",
            "pullRequests": {"pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": []},
        }
    )
    lead = stored(folder, [account(), merged_change(OWNER, change, into, ORIGIN)])
    assert lead.evidence[0].level <= Level[case["expect"]["level_max"].upper()]


def models(case: Case, folder: Path) -> None:
    """A model of somebody else under one's own name."""
    told = case["payload"]["hf_model"]
    facts = {
        "_id": "7" * 24,
        "id": "ada/ranker",
        "downloads": told["downloads"],
        "likes": 900,
        "cardData": {"base_model": told["base_model"]},
        "siblings": [{"rfilename": name} for name in told["files"]],
    }
    [read] = each(Repo, [facts], lambda _: None)
    owner = AccountKey("huggingface", "1")
    piece = hub.evidence(read, "models", owner, "https://huggingface.co", ORIGIN)
    lead = stored(folder, [account("huggingface", "1"), piece])
    assert hub.is_copy(read), case["expect"]["flag"]
    assert lead.evidence[0].level <= Level[case["expect"]["level_max"].upper()]


def nothing(case: Case, folder: Path) -> None:
    """Nobody is judged by silence: every component unknown, the total what is usual."""
    expect = case["expect"]
    lead = stored(folder, [account()]).model_copy(update={"evidence": tuple(case["payload"]["evidence"])})
    receipt = Scorer(ROLE, NOW).score(lead)
    assert all(one.value is None or one.confidence == 0 for one in receipt.parts), expect["components_missing"]
    assert receipt.coverage <= expect["confidence_max"]
    usual = sum(one.weight * one.neutral for one in receipt.parts)
    assert abs(receipt.total - usual) < 1e-9, expect["score_equals"]


SCORES = {
    "followers": figures,
    "repos": repositories,
    "repo": repositories,
    "commits": dates,
    "answers": answers,
    "kaggle": kaggle,
    "contributions": changes,
    "hf_model": models,
    "evidence": nothing,
}


def score_abuse(case: Case, folder: Path) -> None:
    """By what the record holds."""
    SCORES[next(name for name in SCORES if name in case["payload"])](case, folder)


# ---- claiming to be somebody ----------------------------------------------------------------------------------

PAGES = {
    "github": "https://github.com/{}",
    "kaggle": "https://www.kaggle.com/{}",
    "stackexchange": "https://stackoverflow.com/users/{}",
    "web": "https://{}",
}
RING = {"a": ("github", "1", "ann-a"), "b": ("kaggle", "2", "bea-b"), "c": ("stackexchange", "3", "cyd-c")}


def nobody(case: Case, house: House) -> None:
    """An organisation or a machine is no lead."""
    assert (house.number(case["id"]) in house.leads) is case["expect"]["lead"]


def identity_abuse(case: Case, folder: Path) -> None:
    """Two or three accounts through the Store and the joining of accounts."""
    told, expect = case["payload"], case["expect"]
    if "erased" in told:
        return _erased(case, folder)
    if "links_followed_max" in expect:
        return _links(case, folder)
    if "later" in told:
        return _later(case, folder)
    if "age_days" in told.get("github", {}):
        newcomer(case, folder)
        return None
    accounts = _ring(told) if "links" in told.get("a", {}) else _accounts(told)
    found = _judged(folder, accounts)
    assert MERGES.index(found) <= MERGES.index(expect["merge"])
    return None


def _accounts(told: Mapping[str, Any]) -> list[Account]:
    """The accounts a case speaks of; an address of mail is stored nowhere, so it can join nobody."""
    made = []
    for number, (source, said) in enumerate(told.items(), 1):
        if source == "website_links":
            continue
        facts = {} if isinstance(said, str) else dict(said)
        handle = said.removeprefix("https://") if isinstance(said, str) else facts.get("login", facts.get("handle", ""))
        links = told["website_links"] if source == "website" else ()
        kind = "web" if source == "website" else source
        made.append(_account(kind, str(number), handle or f"h{number}q", facts, links))
    return made


def _ring(told: Mapping[str, Any]) -> list[Account]:
    def address(name: str) -> str:
        source, _, handle = RING[name]
        return PAGES[source].format(handle)

    return [_account(*RING[name], {}, [address(one) for one in said["links"]]) for name, said in told.items()]


def _account(source: str, number: str, handle: str, facts: Mapping[str, Any], links: Iterable[str]) -> Account:
    return Account(
        source=source,
        source_id=number,
        handle=handle,
        url=PAGES[source].format(handle),
        kind=Kind.PERSON,
        name=facts.get("name"),
        company=facts.get("company"),
        location=facts.get("location"),
        figures=facts.get("figures", {}),
        links=tuple(Link(url=url, claim=Claim.CLAIMED, field="website") for url in links),
        observed=frozenset({"links", "kind", "name", "company", "location"}),
        origin=ORIGIN.model_copy(update={"source": source}),
    )


def _judged(folder: Path, accounts: list[Account]) -> str:
    """What becomes of them: one lead, a suggestion, or nothing."""
    url = f"sqlite:///{folder}/identity.db"
    Store.upgrade(url)
    with Store.open(url) as store:
        store.save(accounts)
        resolve(store, now=NOW, settings=Settings())
        if len(list(store.leads())) < len(accounts):
            return "same account"
        return "review" if store.suggestions() else "no"


def _later(case: Case, folder: Path) -> None:
    """An account met again: under another handle, or its handle under another number."""
    told, expect = case["payload"], case["expect"]
    url = f"sqlite:///{folder}/later.db"
    Store.upgrade(url)
    with Store.open(url) as store:
        for days, one in enumerate((told["github"], told["later"])):
            seen = ORIGIN.model_copy(update={"seen_at": NOW + timedelta(days=days)})
            made = _account("github", str(one["id"]), one["login"], {}, ())
            store.save([made.model_copy(update={"origin": seen})])
        resolve(store, now=NOW + timedelta(days=1), settings=Settings())
        leads = list(store.leads())
        handles = [handle for handle, _ in store.handles(AccountKey("github", str(told["github"]["id"])))]
    same = len(leads) == 1 and len(leads[0].accounts) == 1
    assert same is (expect["merge"] == "same account")
    assert (len(handles) == 2) is expect.get("history_kept", False)


def newcomer(case: Case, folder: Path) -> list[str]:
    """Somebody new under the name of somebody well known elsewhere, met in a whole night: they stay two people.

    Gives the flags of the newcomer as they are exported.
    """
    told, config = case["payload"]["github"], installation(folder)
    famous = _account(
        "kaggle", "9", "fm-9", {"name": told["name"], "figures": {"followers": 90_000.0, "tier": 4.0}}, ()
    )
    with Store.open(config.database_url, key=config.key) as store:
        store.save([famous])
    report = night(config, Crowd([Said("new", "bio", MARK)], says=lambda _: _new(told)), ("github",))
    assert report.joined is not None
    with Store.open(config.database_url, key=config.key) as store:
        leads = {one.source: lead.id for lead in store.leads() for one in lead.accounts}
        assert (leads["github"] == leads["kaggle"]) is (case["expect"]["merge"] != "no")
        assert store.suggestions() == [], "a name is not even a question"
        wanted = Wanted(role=ROLE.role, format="jsonl", by="ann", include_known=True)
        lines = write(store, config, wanted, now=TONIGHT).files[0].read_bytes().splitlines()
    rows = {row["lead"]: row for row in map(json.loads, lines) if "about" not in row}
    assert {rows[lead]["name"] for lead in leads.values()} == {told["name"]}
    assert rows[leads["github"]]["total"] < rows[leads["kaggle"]]["total"], "the name brings nothing"
    return list(rows[leads["github"]]["flags"])


def _new(told: Mapping[str, Any]) -> dict[str, Any]:
    """The profile of a newcomer."""
    began = (TONIGHT - timedelta(days=told["age_days"])).isoformat()
    work = {"totalCount": told["repos"], "nodes": []}
    return {"name": told["name"], "createdAt": began, "repositories": work, "followers": {"totalCount": 0}}


def _links(case: Case, folder: Path) -> None:
    """A page full of addresses."""
    most = case["expect"]["links_followed_max"]
    many = case["payload"]["website"]["links"]
    home = "https://ada.example/"
    body = "".join(f'<a rel="me" href="https://site{n}.example/">x</a>' for n in range(many))
    answers: list[dict[str, Any]] = [
        {"url": f"{home}robots.txt", "status": 404},
        {"url": home, "headers": {"Content-Type": "text/html"}, "body": f"<html><body>{body}</body></html>"},
    ]
    url = f"sqlite:///{folder}/links.db"
    Store.upgrade(url)
    with Store.open(url) as before:
        before.save([_account("github", "1", "ada", {"name": "Ada Byron"}, [home])])
    replay = Replay(answers)
    lanes = [{"source": "web", "kind": "linked", "target": "sites"}]
    store, _ = crawl("web", replay, lanes=lanes, store_url=url, clock=NOW)
    with store:
        assert all(len(one.links) <= most for one in store.accounts())
    assert len({one.url for one in replay.asked}) <= most
    found = web_links((f"https://site{n}.example/" for n in range(many)), Claim.CLAIMED, "website")
    assert len(found) <= most == LINKS


def _erased(case: Case, folder: Path) -> None:
    """Somebody erased is seen again."""
    source, _, number = case["payload"]["seen_again"].partition(":")
    url = f"sqlite:///{folder}/erased.db"
    Store.upgrade(url)
    one = _account(source, number, "gone-ada", {"name": "Ada Byron"}, ())
    with Store.open(url, key=b"k" * 32) as store:
        store.save([one])
        store.arrange({one.key: LEAD}, at=NOW)
        store.erase(store.subject([one.key]), by="ann", at=NOW)
        saved = store.save([one])
        assert bool(list(store.accounts())) is case["expect"]["stored"]
        assert saved.tombstoned == 1, case["expect"]["log"]
