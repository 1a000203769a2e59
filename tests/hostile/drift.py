"""Nights that drift: a real night of an invented GitHub, nights before, then one that differs; what is said, and kept.

Every case plays on a copy of one installation after a night of 150 people. What a night says is looked for where people
read it: in the Store, in the morning report and its file, in `sourcing nights` and at the desk.
"""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as filled
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from scrapy import Request
from typer.testing import CliRunner

from cli import app  # noqa: TID251  tests stand above the top floor
from sourcing.config import Config
from sourcing.nightly import NightReport
from sourcing.show.nights import report as morning
from storage.records import Account, Evidence, LaneBill, Night, Outcome, Receipt
from storage.store import Store
from tests import demo_web
from tests.desk_kit import Browser, Clock, desk
from tests.hostile.cases import Case
from tests.hostile_kit import FIRST, MARK, NOW, Net, Said, installation, night, opened

PEOPLE = 150  # so many that fifteen points of a field are more than chance
DAY = timedelta(days=1)
ROLE = "mle"
PROFILES = "huggingface"  # a source that gives each profile as one answer, read field by field
CHANGED = "2026-11-26"
SITE = "https://me.example/"  # of one of them; read by a source that goes on beside the one that is out
Answer = tuple[int, dict[str, str], bytes]
Says = Callable[[int], Mapping[str, Any]]  # number of a person → fields of the profile; `...` takes one away
KINDS = {"field_vanished": "drift"}  # a field that vanished is said by the run itself, which stopped writing it


@dataclass
class Crowd(Net):
    """An invented GitHub of many people, of whom everybody says what the night is told."""

    says: Says = lambda _: {}
    asked: list[str] = filled(default_factory=list)

    def github(self, request: Request) -> Any:
        self.asked.append(request.url)
        return super().github(request)

    def profile(self, number: int) -> dict[str, Any]:
        return self._said(number, super().profile(number))

    def _nodes(self, asked: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        there = {f"U_{number}" for number, _ in self.people()}
        yield from super()._nodes({k: v for k, v in asked.items() if k == "ids" or not _is_person(k) or v in there})

    def _probed(self, number: int) -> Any:
        known = any(number == one for one, _ in self.people())
        return self._said(number, super()._probed(number)) if known else None

    def _said(self, number: int, plain: Mapping[str, Any]) -> dict[str, Any]:
        told = {**plain, **self.says(number)}
        return {name: value for name, value in told.items() if value is not ...}


def _is_person(name: str) -> bool:
    return name[0] == "i" and name[1:].isdigit()


def crowd(
    says: Says = lambda _: {}, *, people: int = PEOPLE, answers: Callable[[Request], Answer | None] = lambda _: None
) -> Crowd:
    """So many people, all of whom say what `says` gives beside what is usual."""
    return Crowd([Said(f"p{n}", "bio", MARK) for n in range(people)], says=says, answers=answers)


def usual(number: int) -> dict[str, Any]:
    """What they say before: 99 in 100 have followers, twelve in the middle; 60 in 100 a biography."""
    return {
        "followers": {"totalCount": 0 if number % 100 == 0 else 10 + number % 5},
        "bio": MARK if number % 10 < 6 else None,
        "websiteUrl": SITE if number == FIRST else None,
    }


def tonight(**fields: Any) -> Says:
    """The same people read again, of whom these fields say something else."""
    return lambda number: {**usual(number), "updatedAt": f"{CHANGED}T12:00:00Z", **fields}


@dataclass(frozen=True)
class Held:
    """What an installation knows of everybody, and its scores."""

    accounts: Mapping[str, Account]
    work: Mapping[str, Evidence]
    leads: frozenset[str]
    receipts: Mapping[str, Receipt]

    @classmethod
    def of(cls, config: Config) -> "Held":
        with Store.open(config.database_url, key=config.key) as store:
            leads = frozenset(one.id for one in store.leads())
            accounts = {one.source_id: one for one in store.accounts(source="github")}
            some = store.evidence([one.key for one in accounts.values()]).values()
            work = {one.id: one for each in some for one in each}
            receipts = {lead: one for lead in leads if (one := store.receipt(lead, ROLE)) is not None}
        return cls(accounts, work, leads, receipts)

    def parts(self, component: str) -> dict[str, float | None]:
        """One component of everybody's score."""
        found = {
            lead: [one.value for one in row.parts if one.component == component] for lead, row in self.receipts.items()
        }
        return {lead: values[0] for lead, values in found.items() if values}


@dataclass(frozen=True)
class Past:
    """An installation after its first night, which cases copy."""

    folder: Path

    @classmethod
    def made(cls, folder: Path) -> "Past":
        """With one real night in which everything was as usual."""
        report = night(installation(folder), crowd(usual), ("github",))
        assert (report.exit_code, report.findings) == (0, ())
        return cls(folder)

    def copied(self, to: Path) -> "Played":
        """A copy to play a night on."""
        folder = to / "drift"
        shutil.copytree(self.folder, folder)
        return Played(opened(folder / "sourcing.toml"))


@dataclass
class Played:
    """A copy, the nights played on it, and what people read of them."""

    config: Config
    nights: int = 0

    def night(
        self, net: Net, sources: Sequence[str] = ("github",), *, after: timedelta = DAY, since: datetime | None = None
    ) -> NightReport:
        """One more night, a day after the last one unless it is said when."""
        self.nights += 1
        at = since + after if since is not None else NOW + self.nights * DAY
        return night(self.config, net, sources, now=at)

    def before(self, **facts: Any) -> None:
        """An invented good night between, like the first one but for these facts of its outcome."""
        with Store.open(self.config.database_url, key=self.config.key) as store:
            [*_, first] = store.nights()
        self.nights += 1
        at = NOW + self.nights * DAY
        self.past(
            first.model_copy(update={"started_at": at, "outcomes": (first.outcomes[0].model_copy(update=facts),)})
        )

    def past(self, like: Night) -> None:
        """A night that ended as this one did."""
        with Store.open(self.config.database_url, key=self.config.key) as store:
            began = store.start_night(like.started_at, like.forecast)
            store.finish_night(began.model_copy(update={"ended_at": like.started_at, "outcomes": like.outcomes}))

    def last(self) -> Night:
        """As the Store has it."""
        with Store.open(self.config.database_url, key=self.config.key) as store:
            return store.nights(1)[0]

    def outcome(self, source: str = "github") -> Outcome:
        """How the source ended, as the Store has it."""
        [found] = [one for one in self.last().outcomes if one.source == source]
        return found

    def read(self, report: NightReport) -> Iterator[str]:
        """What people read of a night: its file, the morning report, the list of nights, the desk."""
        [file] = report.files
        yield " ".join(one["text"] for one in json.loads(file.read_text("utf-8"))["findings"])
        yield morning(report)
        done = CliRunner().invoke(app, ["--config", str(self.config.path), "nights", "--last"])
        assert done.exit_code == 0, done.output
        yield done.output
        with Store.open(self.config.database_url, key=self.config.key) as store:
            browser = Browser(desk(self.config, store, Clock(report.night.started_at)))
            yield browser.get(f"/nights/{report.night.number}").text


def said(played: Played, report: NightReport, kind: str, words: str) -> None:
    """A finding of this kind, and of no other, stands wherever people read it."""
    assert {one.kind for one in report.findings} == {kind}, report.findings
    assert words in report.findings[0].text
    for place in played.read(report):
        flat = " ".join(place.replace("│", " ").split())
        assert words in flat, flat[:2_000]


def drift(case: Case, folder: Path, past: Past) -> None:
    """By what differs."""
    played = past.copied(folder)
    RUNS[next(name for name in RUNS if name in case["payload"])](case, played)


# ---- fields ---------------------------------------------------------------------------------------------------


def coverage(case: Case, played: Played) -> None:
    """A field that vanishes is stopped, one that thins out is said; values known stay where nothing was believed."""
    if case["payload"]["coverage_now"]:
        _thinner(case, played)
        return
    expect, name, before = case["expect"], case["payload"]["field"], Held.of(played.config)
    for hour, gone in enumerate((..., {"totalCount": 0}), 10):  # taken away; and a zero, as a default looks
        again = f"{CHANGED}T{hour}:00:00Z"
        report = played.night(crowd(tonight(updatedAt=again, **{name: gone})))
        assert (played.outcome().state, len(played.outcome().drift), report.exit_code) == ("partial", 1, 1)
        said(played, report, KINDS[expect["alert"]], f"{name} is missing")
        after = Held.of(played.config)
        now, known = ([one.figures.get(name) for one in of.accounts.values()] for of in (after, before))
        assert (now != known or now.count(0) > PEOPLE / 10) is expect["silent_zero"]
        assert after.parts("impact") == before.parts("impact"), expect["scores_use"]
        assert any(after.parts("impact").values())


def _thinner(case: Case, played: Played) -> None:
    told = case["payload"]
    carriers = [number for number in range(FIRST, FIRST + PEOPLE) if usual(number)["bio"]]
    fewer, many = len(carriers) - round(told["coverage_now"] * PEOPLE), len(carriers)
    emptied = {one for at, one in enumerate(carriers) if at * fewer // many != (at + 1) * fewer // many}
    report = played.night(crowd(lambda n: tonight(bio=None if n in emptied else usual(n)["bio"])(n)))
    assert (played.outcome().state, report.exit_code) == ("done", 0)
    said(played, report, case["expect"]["alert"], f"{told['field']} thins out")


def changed_type(case: Case, played: Played) -> None:
    """A number that turns into words."""
    before = Held.of(played.config)

    def says(number: int) -> dict[str, Any]:
        person = crowd().profile(number)
        rows = [{**one, "stargazerCount": "many"} for one in person["repositories"]["nodes"]]
        return {**tonight()(number), "repositories": {**person["repositories"], "nodes": rows}}

    report = played.night(crowd(says))
    assert (played.outcome().state, report.exit_code) == ("partial", 1)
    kinds = {one.kind for one in report.findings}
    assert case["expect"]["alert"] in kinds
    assert kinds <= {case["expect"]["alert"], "drift"}
    after = Held.of(played.config)
    stars = [one.figures.get(case["payload"]["field"]) for one in after.work.values()]
    assert stars == [one.figures.get(case["payload"]["field"]) for one in before.work.values()]
    assert any(stars)


def new_field(case: Case, played: Played) -> None:
    """Something nobody reads is said and stored nowhere; at a source whose profiles are one answer each."""
    name, value = case["payload"]["new_field"], "she/her/hers"
    first, second = (demo_web.installation(_made(played.config.folder / one)) for one in ("first", "second"))
    usually = demo_web.a_night(first, (PROFILES,))

    def more(path: str, status: int, data: Any) -> Any:
        return {**data, name: value} if path.endswith("/overview") else data

    there = Played(second)
    there.past(usually.night)
    report = demo_web.a_night(second, (PROFILES,), day=1, tamper=more)
    assert (there.outcome(PROFILES).state, report.exit_code) == ("done", 0)
    said(there, report, case["expect"]["alert"], name)
    files = [file for file in second.folder.rglob("*") if file.is_file()]
    assert any(value.encode() in file.read_bytes() for file in files) is case["expect"]["stored"]


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def middle(case: Case, played: Played) -> None:
    """A figure a thousand times what it was."""
    told = case["payload"]["followers"]
    assert played.outcome().shapes["profiles:person"].fields["figures.followers"][1] == told["median_before"]
    report = played.night(crowd(tonight(followers={"totalCount": told["median_now"]})))
    assert (played.outcome().state, report.exit_code) == ("done", 0)
    said(
        played,
        report,
        case["expect"]["alert"],
        f"followers of looked_at:person is {told['median_now']:g} in the middle",
    )


# ---- people ---------------------------------------------------------------------------------------------------


def items(case: Case, played: Played) -> None:
    """Hardly anybody in the lists, or nobody: all who are known stay."""
    told, before, scale = case["payload"], Held.of(played.config), PEOPLE / 1_000
    bill = LaneBill(lane="github/contributors/pytorch/pytorch", requests=6, counted=6)  # lists, and who is on them
    for people in told["items_before"]:
        played.before(counters={"saved:accounts_shown": round(people * scale)}, bills=(bill,))
    report = played.night(crowd(tonight(), people=round(told["items_now"] * scale)))
    shown, usually = round(told["items_now"] * scale), round(sorted(told["items_before"])[1] * scale)
    assert (played.outcome().state, report.exit_code) == ("partial", 1)
    assert played.outcome().counters.get("saved:accounts_shown", 0) == shown
    said(played, report, "drift", f"showed {shown} people where {usually} are usual")
    after = Held.of(played.config)
    assert len(before.leads - after.leads) == case["expect"].get("leads_deleted", 0)
    assert before.accounts.keys() == after.accounts.keys()


# ---- doors ----------------------------------------------------------------------------------------------------


def statuses(case: Case, played: Played) -> None:
    """Many answers of one status: the source is left alone, the others go on, and it is asked again when it may be."""
    [(name, share)] = case["payload"]["http"].items()
    wait = case["payload"].get("retry_after", 0)
    given = {"Retry-After": str(wait)} if wait else {}
    number = count()

    def answers(_: Request) -> Answer | None:
        bad = next(number) * 7 % 10 < share * 10
        return (int(name.replace("5xx", "503")), given, b'{"message": "no"}') if bad else None

    report = _shut(case, played, answers)
    web = played.outcome("web")
    assert (web.state, web.requests > 0) == ("done", True), case["expect"].get("other_sources", "continue")
    if wait:
        early = crowd(tonight())
        played.night(early, after=timedelta(seconds=wait - 60), since=report.night.started_at)
        assert (early.asked, played.outcome().state) == ([], "skipped"), case["expect"]["resume_not_before"]
        assert played.outcome().reason.startswith("asked us to wait until")
    _opened(played, report, wait)


def login(case: Case, played: Played) -> None:
    """Every question is answered by the way to a login page."""
    where = case["payload"]["redirect_all_to"]
    page = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><form>Log in</form></body></html>"

    def answers(request: Request) -> Answer:
        if request.url.endswith(where):
            return 200, {"Content-Type": "text/html"}, page
        return 302, {"Location": where}, b""

    _opened(played, _shut(case, played, answers), 0)


def _shut(case: Case, played: Played, answers: Callable[[Request], Answer | None]) -> NightReport:
    """A night before a door that is shut: how it ended, and that nothing known is lost by it."""
    state, word, code = SHUT[case["expect"]["alert"]]
    before = Held.of(played.config)
    report = played.night(crowd(tonight(), answers=answers), ("github", "web"))
    outcome, after = played.outcome(), Held.of(played.config)
    assert (outcome.state, report.exit_code) == (state, code)
    assert outcome.reason.startswith(word)
    said(played, report, state, word)
    assert before.accounts.keys() <= after.accounts.keys()
    assert all(after.accounts[key].figures == one.figures for key, one in before.accounts.items())
    return report


def _opened(played: Played, report: NightReport, wait: int) -> None:
    """The next run finds the door open and goes in."""
    net = crowd(tonight())
    again = played.night(net, after=timedelta(seconds=wait + 60) if wait else DAY, since=report.night.started_at)
    assert net.asked
    assert (played.outcome().state, again.exit_code) == ("done", 0)


# How a source ends that shuts its door, the words for it, and the exit code of the night.
SHUT = {
    "blocked": ("refused", "blocked: ", 6),
    "rate_limited": ("limit", "asked to wait (status 429)", 5),
    "outage": ("failed", "outage: ", 1),
    "login_wall": ("refused", "login_wall: 3", 6),
}
RUNS: Mapping[str, Callable[[Case, Played], None]] = {
    "coverage_before": coverage,
    "items_before": items,
    "type_before": changed_type,
    "new_field": new_field,
    "http": statuses,
    "redirect_all_to": login,
    "followers": middle,
}
