"""The hostile texts kept beside the project through every page, its JSON twin and every export.

One installation holds all of them, each as a person's name, place, employer, headline, words, work, note and handle;
another one holds plain words in the same places. No page may have an element or attribute that the plain one has not.
"""

import csv
import io
import json
import re
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from lxml import etree, html

from scoring.roles import find_role
from sourcing.config import Config
from sourcing.decisions import decide
from sourcing.desk.prepared import prepare
from sourcing.export import FORMATS, Wanted, write
from sourcing.export.pack import write_pack
from sourcing.export.presets import PRESETS
from sourcing.identity import Settings
from sourcing.regimes import Privacy
from storage.records import Account, AccountKey, Evidence, Judgement, Outcome, Verdict
from storage.store import Store
from tests.desk_kit import Browser, Clock, desk, house
from tests.house_of_sourcing import NOW, account, repository
from tests.store_kit import scored

CASES = Path(__file__).parents[3] / "shared" / "recordings" / "hostile" / "cases.jsonl"
pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.skipif(not CASES.is_file(), reason="no recordings beside the project (../shared/recordings/hostile)"),
]
MOST = 20_000  # code points of a repeated text: the longest are about time, not about mark-up
PLAIN = (
    "plain words",
    "No recruiters please.",
    "https://plain.example/words",
    "Berlin, Germany",
    "Kubernetes and Rust",
    "x",
)
FIRST = 1  # number of the first lead
PARTS = re.compile(r"[=+\-@|\t\r\n＝＋－＠]")
FIGURE = re.compile(r"-?\d+(\.\d+)?")
Shape = tuple[tuple[str, tuple[str, ...]], ...]


def texts() -> list[str]:
    """Every case that is a text, long ones cut."""
    found = []
    for case in map(json.loads, CASES.read_text("utf-8").splitlines()):
        given = case["payload"]
        if case["encoding"] == "text":
            found.append(given)
        elif case["encoding"] == "join":
            found.append("".join(given))
        elif case["encoding"] == "generator" and case["category"] in ("slow_pattern", "csv_formula"):
            found.append((given.get("prefix", "") + given["repeat"] * given["times"] + given.get("suffix", ""))[:MOST])
    return found


def stored(text: str) -> str:
    """As accounts are kept: reasons and comparisons are made of that, not of what was sent."""
    return text.replace("\x00", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def lead(at: int) -> str:
    return f"L{at + FIRST:06d}"


def person(at: int, text: str, source: str = "github") -> Account:
    said: dict[str, Any] = dict.fromkeys(("name", "headline", "location", "company", "bio"), text)
    profile = [f"https://www.linkedin.com/in/person-{at}"]
    return account(source, f"h{at}", links=profile, **said, observed=frozenset({*said, "kind", "links"})).model_copy(
        update={"handle": text[:200] or "x", "source_id": f"{source}-{at}"}
    )


def work(at: int, text: str) -> Evidence:
    made = repository("github", f"h{at}").model_copy(update={"account": AccountKey("github", f"github-{at}")})
    return made.model_copy(update={"title": text, "text": text, "tags": (text[:60] or "x",)})


def furnish(store: Store, said: Sequence[str]) -> None:
    """People who say these texts everywhere, nights that say them, pairs that are compared by them."""
    for at, text in enumerate(said):
        store.save([person(at, text), work(at, text), person(at, text, "kaggle")])
    said = [stored(text) for text in said]
    members = {AccountKey("github", f"github-{at}"): lead(at) for at in range(len(said))}
    others = {AccountKey("kaggle", f"kaggle-{at}"): lead(at + len(said)) for at in range(len(said))}
    store.arrange(members | others, at=NOW)
    store.save_receipts([receipt(at, text) for at, text in enumerate(said)])
    store.judge([suggestion(at, text) for at, text in enumerate(said)])
    store.keep_finds([(AccountKey("github", f"github-{at}"), f"github/search/{text}") for at, text in enumerate(said)])
    for text in said:
        night = store.start_night(NOW)
        failed = Outcome(source="github", state="failed", reason=text or "x", requests=1, seconds=0.1)
        store.finish_night(night.model_copy(update={"finished_at": NOW, "outcomes": (failed,), "skipped": {text: 1}}))
    prepare(store)
    for at, text in enumerate(said[: len(said) // 2]):
        store.add_note(lead(at), text or "x", by="ann", at=NOW)
        decide(store, lead(at), "mle", "no", by="ann", reason="skills", note=text, now=NOW)


def receipt(at: int, text: str) -> Any:
    plain = scored(lead(at), 0.9 - at / 1000)
    parts = tuple(part.model_copy(update={"reason": text, "missing": (text,)}) for part in plain.parts)
    return plain.model_copy(update={"parts": parts})


def suggestion(at: int, text: str) -> Judgement:
    return Judgement(
        left=AccountKey("github", f"github-{at}"),
        right=AccountKey("kaggle", f"kaggle-{at}"),
        verdict=Verdict.SUGGESTED,
        bits=9.0,
        by="identity/2",
        why=text or "x",
        evidence=(f"handle +9.0: {text} | {text}", f"name +2.0: {text}"),
        created_at=NOW,
    )


@dataclass(frozen=True)
class Installation:
    """A furnished one, and a browser at it."""

    config: Config
    store: Store
    browser: Browser
    said: tuple[str, ...]


def installation(folder: Path, said: Sequence[str]) -> Iterator[Installation]:
    # Whose notice is pending is a matter of tests/test_privacy_export.py.
    update = {"identity": Settings(queue_share=1.0), "privacy": Privacy(export_needs_notice=False)}
    config = house(folder).model_copy(update=update)
    with Store.open(config.database_url, key=config.key) as store:
        furnish(store, said)
        yield Installation(config, store, Browser(desk(config, store, Clock(NOW))), tuple(said))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    yield from installation(tmp_path_factory.mktemp("hostile"), texts())


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    yield from installation(tmp_path_factory.mktemp("plain"), [*PLAIN] * 12)


def shapes(page: str) -> set[Shape]:
    """Every element with its attributes, below those it stands in; addresses and texts left out."""
    found = set()
    for one in html.fromstring(page).iter():
        if isinstance(one.tag, str):
            above = [one, *one.iterancestors()]
            found.add(tuple((str(node.tag), tuple(sorted(map(str, node.attrib)))) for node in reversed(above)))
    return found


def addresses(page: str) -> set[str]:
    """Where links, forms and pictures lead, without what stands behind the scheme."""
    found = set()
    for one in html.fromstring(page).iter():
        for name in ("href", "src", "action", "formaction"):
            if isinstance(one.tag, str) and (given := one.get(name)) is not None:
                found.add(re.split(r"(?<=[/:#])", given, maxsplit=1)[0])
    return found


def numbers(found: Installation) -> list[int]:
    return [row.id or 0 for row in found.store.suggestions()]


def paths(found: Installation) -> dict[str, list[str]]:
    """All addresses of a page, by page."""
    ranking, people = "/ranking/mle", range(0, len(found.said), 7)
    return {
        "inbox": ["/inbox", *(f"/inbox/mle?at={lead(at)}" for at in people)],
        "person": [f"/leads/{lead(at)}" for at in people],
        "ranking": [ranking, *(f"{ranking}?section={name}" for name in ("too_little_evidence", "restricted"))],
        "weights": ["/weights/mle", "/weights/mle?impact=40"],
        "same": ["/same", *(f"/same?at={number}" for number in numbers(found))],
        "market": ["/market/mle"],
        "nights": ["/nights", *(f"/nights/{number}" for number in range(1, len(found.said) + 1))],
    }


PAGES = ("inbox", "person", "ranking", "weights", "same", "market", "nights")


def read(found: Installation, path: str) -> list[str]:
    """A page and its continuations; the market when it is counted."""
    pages = []
    address: str | None = path
    while address:
        for _ in range(300):
            answer = found.browser.get(address)
            assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8"), address
            if "being counted for the first time" not in answer.text:
                break
            time.sleep(0.1)
        pages.append(answer.text)
        further = html.fromstring(answer.text).cssselect("a[rel=next]")
        address = further[0].get("href") if further and path.startswith("/ranking") else None
    return pages


@pytest.mark.parametrize("page", PAGES)
def test_no_page_has_more_elements_or_attributes(page: str, hostile: Installation, plain: Installation) -> None:
    bodies = [body for path in paths(plain)[page] for body in read(plain, path)]
    known = set().union(*(shapes(one) for one in bodies))
    schemes = set().union(*(addresses(one) for one in bodies))
    for path in paths(hostile)[page]:
        for body in read(hostile, path):
            assert shapes(body) - known == set(), path
            assert addresses(body) - schemes == set(), path


def test_the_texts_are_on_the_pages(hostile: Installation) -> None:
    """A page that shows nobody would pass as well."""
    body = " ".join(html.fromstring(one).text_content() for one in read(hostile, "/ranking/mle"))
    shown = [text for text in hostile.said if text.isprintable() and text.isascii() and text[:40].strip()]
    missing = [text for text in shown if " ".join(text[:30].split()) not in " ".join(body.split())]
    assert len(missing) <= len(shown) // 10, missing
    assert "<script>" in body


def test_searching_for_the_texts(hostile: Installation, plain: Installation) -> None:
    """Asked as a search, as a filter and as what an action said."""
    asked = ("/search", "q"), ("/ranking/mle", "q"), ("/ranking/mle", "place"), ("/ranking/mle", "skill"), ("/", "said")
    for path, name in asked:
        usual = [plain.browser.get(path, params={name: text}) for text in (*PLAIN, "pytorch", "-zzz", "zzz", '"', "")]
        known = set().union(*(shapes(one.text) for one in usual if one.text))
        for text in hostile.said:
            answer = hostile.browser.get(path, params={name: text[:190].encode("utf-8", "replace").decode()})
            assert answer.status_code < 500, (path, name, text)
            if answer.status_code == 200:
                assert {one[-3:] for one in shapes(answer.text) - known} == set(), (path, name, text)


def test_the_twins_are_json(hostile: Installation) -> None:
    some = ("/api/inbox/mle", "/api/ranking/mle", "/api/same", "/api/market/mle", "/api/nights", "/api/weights/mle")
    for path in (*some, *(f"/api/leads/{lead(at)}" for at in range(len(hostile.said)))):
        answer = hostile.browser.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json"), path
        assert answer.headers["x-content-type-options"] == "nosniff"
        answer.json()


# ---- exports --------------------------------------------------------------------------------------------------


def exported(found: Installation, form: str, preset: str = "") -> list[Path]:
    wanted = Wanted(role="mle", format=form, preset=preset, by="ann", recipient=preset)
    done = write(found.store, found.config, wanted, now=NOW)
    assert done.leads + sum(done.left_out.values()) >= len(found.said)
    return [file for file in done.files if not file.name.endswith(".about.txt")]


def people_in(found: Installation) -> int:
    return write(found.store, found.config, Wanted(role="mle", by="ann"), now=NOW, dry_run=True).leads


def check_table(body: bytes, people: int) -> None:
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True))
    assert len({len(row) for row in rows}) == 1, "every line has the same cells"
    assert len(rows) == people + 1
    risky = [cell for row in rows for cell in row if PARTS.match(cell.lstrip()) and not FIGURE.fullmatch(cell)]
    assert risky == []
    assert not any(ord(sign) < 32 and sign not in "\r\n" for sign in body.decode("utf-8-sig"))


def test_csv_has_no_formula(hostile: Installation) -> None:
    (file,) = exported(hostile, "csv")
    check_table(file.read_bytes(), people_in(hostile))


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_have_no_formula(preset: str, hostile: Installation) -> None:
    for file in exported(hostile, "csv", preset):
        body = file.read_bytes()
        rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True))
        check_table(body, len(rows) - 1)
        assert len(rows) > 1


def test_xlsx_has_no_formula_and_no_link(hostile: Installation) -> None:
    (file,) = exported(hostile, "xlsx")
    with zipfile.ZipFile(file) as book:
        assert book.testzip() is None
        trees = {
            name: etree.fromstring(book.read(name)) for name in book.namelist() if name.endswith((".xml", ".rels"))
        }
    tags = {etree.QName(one).localname for tree in trees.values() for one in tree.iter() if isinstance(one.tag, str)}
    assert tags & {"f", "hyperlink", "hyperlinks", "externalReference", "oleObject", "definedName"} == set()
    sheets = {name: tree for name, tree in trees.items() if "/worksheets/sheet" in name and name.endswith(".xml")}
    sheet = sheets[min(sheets)]  # the other one says what the file is
    assert len(sheet.findall(".//{*}sheetData/{*}row")) == people_in(hostile) + 1


def test_json_lines_are_whole(hostile: Installation) -> None:
    (file,) = exported(hostile, "jsonl")
    lines = file.read_bytes().split(b"\n")
    assert lines[-1] == b""
    about, *people = (json.loads(line) for line in lines[:-1])
    assert about.keys() == {"about"}
    assert len(people) == people_in(hostile)


def test_the_report_has_no_more_elements(hostile: Installation, plain: Installation) -> None:
    (theirs,), (ours,) = exported(hostile, "html"), exported(plain, "html")
    body = theirs.read_text("utf-8")
    assert shapes(body) - shapes(ours.read_text("utf-8")) == set()
    assert html.fromstring(body).cssselect("script, iframe, img, object, form") == []


@pytest.mark.parametrize("anonymous", [False, True])
def test_the_pack_has_no_formula(anonymous: bool, hostile: Installation) -> None:
    file = write_pack(hostile.store, hostile.config, "mle", by="ann", recipient="", anonymous=anonymous, now=NOW).file
    body = file.read_bytes()
    check_table(body, len(list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))) - 1)


def test_every_format_is_tried() -> None:
    assert set(FORMATS) == {"csv", "xlsx", "jsonl", "html"}
    assert find_role("mle", Path("nowhere")).role == "mle"
