"""The ranking page: filters, sections, pages that go on where they ended, search with its hits, and its JSON twin."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from typer.testing import CliRunner

from cli import app as commands  # noqa: TID251  tests stand above the top floor
from scoring.roles import Role, find_role
from scoring.roles.location import Location
from sourcing.config import Config
from sourcing.desk import board as boards_module
from sourcing.desk.board import Board, Boards
from sourcing.desk.filters import Filters, choices
from sourcing.desk.prepared import prepare
from sourcing.desk.ranking import Page, _window, page
from sourcing.ranking import drop_matrices, listing
from sourcing.review.app import create
from storage.records import AccountKey, Answer, Decision, Evidence
from storage.store import BoardRow, OpenRow, Store
from tests.house_of_sourcing import NOW, account, furnished, repository
from tests.store_kit import scored, settle

HOST = "127.0.0.1:8000"
MARK = "<b onmouseover=alert(1)>x</b>"


def rust(handle: str) -> Evidence:
    return repository("github", handle, "compiler").model_copy(
        update={"text": "A compiler in Rust", "tags": ("rust",), "packages": ("tokio",), "title": "compiler"}
    )


def furnish(store: Store) -> None:
    """Eight people; their totals fall with their numbers."""
    store.save(
        [
            account("github", "ada", location="Berlin, Germany", open_to_work=True),
            account("kaggle", "ada", location=None),
            account("github", "bob", location="Lisbon, Portugal"),
            account("github", "cy", location="Tokyo, Japan"),
            account("github", "dee", location=None, flags=("no_recruiters",)),
            account("github", "eve", location="Munich"),
            account("github", "fay", location="Berlin", name=MARK),
            account("github", "gus", location="the moon"),
            account("github", "hal", location="Berlin"),
            *(repository("github", "ada", f"work-{at}") for at in range(6)),
            repository("github", "bob"),
            rust("bob"),
            rust("cy"),
            repository("github", "fay").model_copy(update={"text": f"{MARK} with pytorch & more"}),
        ]
    )
    names = ("ada", "bob", "cy", "dee", "eve", "fay", "gus", "hal")
    keys = {one.key: f"L{names.index(one.handle) + 1:06d}" for one in store.accounts()}
    store.arrange(keys, at=NOW)
    sections = {4: "restricted", 7: "too_little_evidence"}
    for at in range(1, 9):
        total = 0.5 if at in (5, 6) else 1 - at / 10
        store.save_receipts([scored(f"L{at:06d}", total, section=sections.get(at, "ranked"))])
    prepare(store)


@pytest.fixture
def role() -> Role:
    return find_role("mle", Path("nowhere"))


@pytest.fixture
def full(store: Store) -> Store:
    furnish(store)
    return store


def asked(store: Store, role: Role, **filters: Any) -> list[int]:
    """The numbers of the leads that pass, in order."""
    found = page(store, Boards(), role, Filters(**filters), now=NOW)
    assert found.notes == ()
    return numbers(found)


def numbers(found: Page) -> list[int]:
    return [int(one.row.lead[1:]) for one in found.rows]


FILTERS: list[tuple[dict[str, Any], list[int]]] = [
    ({}, [1, 2, 3, 5, 6, 8]),
    ({"skills": ("pytorch",)}, [1, 2, 6]),
    ({"skills": ("pytorch", "rust")}, [2]),
    ({"skills": ("no-such-skill",)}, []),
    ({"place": "Berlin"}, [1, 6, 8]),
    ({"place": "Germany"}, [1, 5, 6, 8]),
    ({"place": "de"}, [1, 5, 6, 8]),
    ({"place": "Europe"}, [1, 2, 5, 6, 8]),
    ({"overlap": 8}, [1, 2, 5, 6, 8]),
    ({"source": "kaggle"}, [1]),
    ({"source": "git"}, []),
    ({"least": 2}, [1, 2]),
    ({"open_to_work": True}, [1]),
    ({"q": "compiler"}, [2, 3]),
    ({"q": "compiler -lisbon"}, [3]),
    ({"q": "compiler", "place": "Japan"}, [3]),
    ({"status": "contacted"}, [2]),
    ({"status": "new"}, [1, 3, 5, 6]),
    ({"answer": "yes"}, [1]),
    ({"answer": "undecided"}, [2, 3, 5, 6, 8]),
]


def test_filters(store: Store, role: Role) -> None:
    furnish(store)
    store.set_status("L000002", "contacted", by="ada", note="", at=NOW)
    store.set_status("L000008", "parked", by="ada", note="", at=NOW)
    store.decide(answer_of(store, "L000001"))
    role = role.model_copy(update={"location": Location(time_zones=("UTC+0..UTC+2",))})
    assert [asked(store, role, **filters) for filters, _ in FILTERS] == [leads for _, leads in FILTERS]


def answer_of(store: Store, lead: str) -> Decision:
    receipt = store.receipt(lead, "mle")
    assert receipt is not None
    return Decision(
        lead=lead,
        role="mle",
        answer=Answer.YES,
        reason="strong_fit",
        by="ada",
        at=NOW,
        listed="night 1",
        accounts=tuple(one.key for one in store.lead(lead).accounts),
        receipt=receipt,
    )


def test_sections_count_everybody_and_list_nobody_who_refuses(full: Store, role: Role) -> None:
    full.set_status("L000003", "do_not_contact", by="ada", note="", at=NOW)
    found = {
        name: page(full, Boards(), role, Filters(), now=NOW, section=name)
        for name in ("ranked", "too_little_evidence", "restricted")
    }
    assert {name: numbers(one) for name, one in found.items()} == {
        "ranked": [1, 2, 5, 6, 8],
        "too_little_evidence": [7],
        "restricted": [3],
    }
    assert found["ranked"].sections == {"ranked": 5, "too_little_evidence": 1, "restricted": 1}
    assert found["ranked"].refusing == 1


def test_pages_go_on_where_they_ended_whatever_changed(full: Store, role: Role) -> None:
    boards = Boards()
    first = page(full, boards, role, Filters(), now=NOW, size=2)
    assert (numbers(first), first.previous) == ([1, 2], None)
    full.save_receipts([scored("L000008", 0.95)])  # somebody comes in at the top
    second = page(full, boards, role, Filters(), now=NOW, size=2, cursor=first.next or "")
    assert numbers(second) == [3, 5], "nobody twice, nobody left out"
    third = page(full, boards, role, Filters(), now=NOW, size=2, cursor=second.next or "")
    assert (numbers(third), third.next) == ([6], None), "equal totals come by lead id"
    back = page(full, boards, role, Filters(), now=NOW, size=2, cursor=third.previous or "")
    assert numbers(back) == [3, 5]
    assert [one.row.rank for one in back.rows] == [4, 5]


def test_a_filter_that_is_not_understood_is_told(full: Store, role: Role) -> None:
    found = page(full, Boards(), role, Filters(q="a*", place="the moon", overlap=2), now=NOW)
    assert [note.partition(";")[0][:20] for note in found.notes] == ["'a*': write at least", "The place is not one"]
    bare = role.model_copy(update={"location": Location()})
    assert "no time zones" in page(full, Boards(), bare, Filters(overlap=2), now=NOW).notes[0]


def test_the_order_by_match_is_that_of_the_votes(full: Store, role: Role) -> None:
    found = page(full, Boards(), role, Filters(q="pytorch"), now=NOW, order="match")
    assert found.compared == 3
    assert numbers(found)[0] == 1
    assert [one.row.rank for one in found.rows] == [1, 2, 3]
    assert all(one.found for one in found.rows)


def test_who_was_never_prepared_is_listed_and_told(full: Store, role: Role) -> None:
    full.forget_words(["L000001"])
    found = page(full, Boards(), role, Filters(), now=NOW)
    assert (numbers(found)[0], found.unprepared) == (1, 1)
    full.forget_words()
    assert 4 not in numbers(page(full, Boards(), role, Filters(), now=NOW, section="restricted"))


def test_boards_are_made_once_per_change(full: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    real = boards_module.board

    def counting(store: Store, role: str, stamp: str) -> Board:
        made.append(stamp)
        return real(store, role, stamp)

    monkeypatch.setattr(boards_module, "board", counting)
    boards = Boards()
    readers = [threading.Thread(target=boards.of, args=(full, "mle")) for _ in range(6)]
    for one in readers:
        one.start()
    for one in readers:
        one.join()
    assert len(made) == 1
    full.save_receipts([scored("L000007", 0.99)])
    assert boards.of(full, "mle").leads[0] == "L000007"
    full.forget_words(["L000001"])
    assert boards.of(full, "mle").number[boards.of(full, "mle").row_of["L000001"]] == 0
    assert len(made) == 3


def test_while_a_board_is_made_others_read_the_one_there_was(full: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    boards = Boards()
    before = boards.of(full, "mle")
    full.save_receipts([scored("L000007", 0.99)])
    real, waits, goes = boards_module.board, threading.Event(), threading.Event()

    def slow(store: Store, role: str, stamp: str) -> Board:
        waits.set()
        goes.wait(30)
        return real(store, role, stamp)

    monkeypatch.setattr(boards_module, "board", slow)
    maker = threading.Thread(target=boards.of, args=(full, "mle"))
    maker.start()
    waits.wait(30)
    assert boards.of(full, "mle") is before
    goes.set()
    maker.join()
    assert boards.of(full, "mle").leads[0] == "L000007"


def test_a_merged_lead_is_not_listed_and_comes_back_with_a_split(full: Store, role: Role) -> None:
    boards, hal = Boards(), full.lead("L000008").accounts[0].key
    full.arrange({hal: "L000001"}, at=NOW)
    assert numbers(page(full, boards, role, Filters(), now=NOW)) == [1, 2, 3, 5, 6]
    full.arrange({hal: "L000008"}, at=NOW)
    assert numbers(page(full, boards, role, Filters(), now=NOW)) == [1, 2, 3, 5, 6, 8]


def test_an_erased_lead_is_not_listed(full: Store, role: Role) -> None:
    boards = Boards()
    boards.of(full, "mle")
    with full._write() as connection:
        connection.exec_driver_sql("DELETE FROM lead_member WHERE lead = 'L000002'")
        connection.exec_driver_sql("DELETE FROM lead WHERE id = 'L000002'")
    assert numbers(page(full, boards, role, Filters(q="pytorch"), now=NOW)) == [1, 6]


def test_of_whom_too_little_is_public_those_worth_asking_come_first(store: Store, role: Role) -> None:
    """The order of the command line's list, page by page; totals alone would give another one."""
    settled = {AccountKey("github", str(at)): f"L{at:06d}" for at in range(1, 41)}
    settle(store, settled)
    known = {at: (at * 7 % 40) / 40 for at in range(1, 41)}
    for at, confidence in known.items():
        one = scored(f"L{at:06d}", 0.1 + (at % 5) / 20, section="too_little_evidence")
        part = one.parts[0].model_copy(update={"confidence": confidence, "neutral": 0.2})
        store.save_receipts([one.model_copy(update={"parts": (part,)})])
    wanted = [row.lead for row in listing(store, "mle", section="too_little_evidence")]
    by_total = [one.lead for one in store.ranking("mle", section="too_little_evidence")]
    assert wanted != by_total
    boards = Boards()
    first = page(store, boards, role, Filters(), now=NOW, section="too_little_evidence")
    assert first.next is not None
    second = page(store, boards, role, Filters(), now=NOW, section="too_little_evidence", cursor=first.next)
    assert [one.row.lead for one in (*first.rows, *second.rows)] == wanted
    assert second.previous is not None
    back = page(store, boards, role, Filters(), now=NOW, section="too_little_evidence", cursor=second.previous)
    assert back.rows == first.rows


@pytest.fixture
def furnished_file(tmp_path: Path) -> Iterator[Store]:
    made = furnished(tmp_path)
    with Store.open(made.database_url) as store:
        furnish(store)
        yield store


def facts(board: Board) -> dict[str, Any]:
    """Everything a board says, comparable."""
    found = {name: getattr(board, name) for name in Board.__dataclass_fields__}
    texts = {name: [one.names[code] for code in one.code] for name, one in found.items() if hasattr(one, "code")}
    return {
        name: texts.get(name, one.tolist() if hasattr(one, "tolist") else one)
        for name, one in found.items()
        if name != "stamp"
    }


def test_a_board_comes_back_from_its_file(furnished_file: Store, role: Role, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(furnished_file, [role])  # as the night does
    fresh = boards_module.board(furnished_file, "mle", "")
    with monkeypatch.context() as patched:
        patched.setattr(boards_module, "board", None)  # reading it from the database would fail
        held = Boards().of(furnished_file, "mle")
    assert facts(held) == facts(fresh)
    assert held.row_of == fresh.row_of
    assert held.skill_counts == fresh.skill_counts


def test_a_file_of_another_state_is_not_read(furnished_file: Store, role: Role) -> None:
    prepare(furnished_file, [role])
    furnished_file.save_receipts([scored("L000007", 0.99)])
    assert Boards().of(furnished_file, "mle").leads[0] == "L000007"
    with furnished_file._write() as connection:
        connection.exec_driver_sql("DELETE FROM receipt WHERE lead = 'L000007'")
    assert "L000007" not in Boards().of(furnished_file, "mle").leads, "erased: the stamp of the list says nothing of it"
    drop_matrices(furnished_file)
    assert not list(furnished_file.file.with_suffix(".matrix").glob("**/*.npy"))  # type: ignore[union-attr]  # a file


def test_a_file_that_cannot_be_kept_is_only_said(furnished_file: Store, caplog: pytest.LogCaptureFixture) -> None:
    home = furnished_file.file.with_suffix(".matrix")  # type: ignore[union-attr]  # a file
    drop_matrices(furnished_file)
    home.write_text("in the way")
    assert Boards().of(furnished_file, "mle").leads[0] == "L000001"
    assert "is not kept" in caplog.text
    home.unlink()


TOTALS = st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.5000000001, 1.0]), min_size=1, max_size=30)


class Rows:
    """A store that holds nothing but a board."""

    def __init__(self, totals: list[float]) -> None:
        order = sorted((-total, f"L{at:06d}") for at, total in enumerate(totals))
        nothing = (None,) * (len(BoardRow._fields) - 3)
        self.rows = [BoardRow(lead, -total, "ranked", *nothing) for total, lead in order]

    def board(self, role: str) -> list[BoardRow]:
        return self.rows

    def open_rows(self, role: str, section: str) -> list[OpenRow]:
        return []


@given(TOTALS, st.data())
def test_a_cursor_stands_right_behind_and_right_before_its_row(totals: list[float], data: st.DataObject) -> None:
    made: Any = Rows(totals)
    held = boards_module.board(made, "mle", "")
    at = data.draw(st.integers(0, len(totals) - 1))

    def start(kind: str, lead: str) -> int:
        return _window(held, np.arange(len(held)), held.total, f"{kind}_{float(held.total[at])!r}_{lead}", 1)[0]

    assert start("after", held.leads[at]) == at + 1
    assert start("from", held.leads[at]) == at
    gone = held.leads[at] + "x"  # a lead that is not there any more
    assert start("after", gone) == at + 1
    assert np.all(np.diff(held.total) <= 0)


def test_choices_begin_with_the_role_s_own_skills(full: Store, role: Role) -> None:
    found = choices(Boards().of(full, "mle"), role)
    assert found.skills[0][0] == role.must_have[0].skills[0]
    assert dict(found.skills)["rust"] == 2
    assert found.sources == ("github", "kaggle")
    assert found.statuses["do_not_contact"] == "do not contact"


# --- the page --------------------------------------------------------------------------------------------------------


@pytest.fixture
def config(tmp_path: Path) -> Config:
    made = furnished(tmp_path)
    with Store.open(made.database_url) as store:
        furnish(store)
    return made


class Client:
    """Asks the application without a network; what it raises is raised here."""

    def __init__(self, app: FastAPI) -> None:
        self.transport = httpx.ASGITransport(app)

    def get(self, where: str) -> httpx.Response:
        return asyncio.run(self._get(where))

    async def _get(self, where: str) -> httpx.Response:
        async with httpx.AsyncClient(transport=self.transport, base_url=f"http://{HOST}") as client:
            return await client.get(where)


@pytest.fixture
def client(config: Config) -> Iterator[Client]:
    with Store.open(config.database_url) as store:
        yield Client(create(config, store, hosts=[HOST], clock=lambda: NOW))


def test_the_page_and_its_twin_say_the_same(client: Client) -> None:
    where = "q=pytorch&section=ranked&skill=pytorch&skill=&least=&overlap=&open_to_work="
    shown = html.fromstring(client.get(f"/ranking/mle?{where}").text)
    told = Page.model_validate(client.get(f"/api/ranking/mle?{where}").json())
    links = shown.xpath("//tbody//a[starts-with(@href, '/leads/')]/@href")
    assert links == [f"/leads/{one.row.lead}" for one in told.rows] == [f"/leads/L00000{at}" for at in (1, 2, 6)]
    assert {mark.text_content().lower() for mark in shown.xpath("//mark")} == {"pytorch"}
    assert len(shown.xpath("//h1")) == 1
    assert shown.xpath("//a[@aria-current='true']")[0].text_content().split() == ["Ranked", "3"]


def test_texts_of_people_stay_texts(client: Client) -> None:
    for where in ("/ranking/mle?q=pytorch", "/search?q=pytorch", "/ranking/mle?q=%3Cb%3Emore"):
        answer = client.get(where)
        shown = html.fromstring(answer.text)
        assert answer.status_code == 200
        assert not shown.xpath("//b")
        assert not shown.xpath("//@onmouseover")
        assert MARK in shown.text_content() or "<b>more" in answer.text.replace("&lt;", "<").replace("&gt;", ">")


def test_every_filter_has_a_label_and_can_be_taken_off(client: Client) -> None:
    where = "q=pytorch&skill=pytorch&place=Germany&overlap=2&source=github&least=1&open_to_work=true&answer=undecided"
    shown = html.fromstring(client.get(f"/ranking/mle?{where}&status=new").text)
    fields = shown.xpath("//form[@id='filters']//*[self::input[not(@type='hidden')] or self::select]")
    assert fields
    assert all(field.xpath("ancestor::label") for field in fields)
    chips = shown.xpath("//p[@class='asked']/a[@class='chip']")
    assert len(chips) == 9
    for chip in chips:
        again = html.fromstring(client.get(chip.get("href")).text)
        assert len(again.xpath("//p[@class='asked']/a[@class='chip']")) == 8


def test_sections_and_pages_keep_the_filters(client: Client) -> None:
    shown = html.fromstring(client.get("/ranking/mle?q=github&section=too_little_evidence&order=match").text)
    tabs = shown.xpath("//nav[@class='tabs']//a/@href")
    assert tabs[0] == "/ranking/mle?q=github&order=match", "what everybody sees first needs no field"
    assert "section=restricted" in tabs[2]


def test_the_first_role_is_where_one_begins(client: Client) -> None:
    answer = client.get("/ranking")
    assert (answer.status_code, answer.headers["location"]) == (303, "/ranking/mle")


ASKED = [
    ("/api/ranking/mle?section=everything", 422),
    ("/api/ranking/mle?order=random", 422),
    ("/api/ranking/mle?overlap=nan", 422),
    ("/api/ranking/mle?overlap=-1", 422),
    ("/api/ranking/mle?least=1e9", 422),
    ("/api/ranking/mle?cursor=after_0.5e_L000001", 422),
    ("/api/ranking/mle?cursor=after_0.5_L000001%0a", 422),
    ("/api/ranking/mle?cursor=from_1e-05_L000001", 200),
    ("/api/ranking/mle?q=" + "a" * 201, 422),
    ("/api/ranking/mle?" + "skill=a&" * 13, 422),
    ("/api/ranking/mle?q=%00&place=%00%ed%a0%80&source=%00&status=%ff&answer=%00", 200),
    ("/api/ranking/%00", 422),
    ("/api/ranking/nobody", 409),
    ("/api/ranking/nobody/choices", 409),
    ("/api/ranking/mle/choices", 200),
    ("/api/search?q=a*", 422),
    ("/api/search?q=", 422),
    ("/api/search", 422),
    ("/api/search?q=pytorch&limit=0", 422),
    ("/api/search?q=pytorch&role=nobody", 409),
    ("/api/search?q=pytorch&role=mle&limit=1", 200),
    ("/search?q=-x", 422),
    ("/search", 200),
]


def test_what_is_asked_wrongly_is_told(client: Client) -> None:
    assert [(where, client.get(where).status_code) for where, _ in ASKED] == ASKED


def test_the_page_needs_nothing_from_elsewhere(client: Client) -> None:
    shown = html.fromstring(client.get("/ranking/mle?q=pytorch").text)
    assert set(shown.xpath("//script/@src | //link/@href | //img/@src")) <= {
        "/static/desk.js",
        "/static/ranking.js",
        "/static/desk.css",
        "data:,",
    }
    assert not shown.xpath("//script[not(@src)] | //@style | //style")


# --- the command line ------------------------------------------------------------------------------------------------


def run(config: Config, *words: str) -> Any:
    return CliRunner().invoke(commands, ["--config", str(config.folder), "search", *words])


def test_the_command_finds_people(config: Config) -> None:
    done = run(config, "pytorch", "-lisbon", "deep networks")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[0] == "1 person answers"
    assert "L000001" in done.stdout
    assert "[deep] [networks]" in " ".join(done.stdout.split())
    assert '"answering":3' in run(config, "pytorch", "deep", "--json", "--role", "mle").stdout.replace(" ", "")


@pytest.mark.parametrize(
    ("words", "why"), [(["a*"], "2 letters"), (["--lmit", "3"], "no option --lmit"), (["-x"], "beside what you do not")]
)
def test_the_command_says_what_is_wrong(config: Config, words: list[str], why: str) -> None:
    done = run(config, *words)
    assert done.exit_code == 2
    assert why in " ".join(done.stderr.split())
