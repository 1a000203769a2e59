"""Texts and addresses: said by a person of an invented GitHub, read in one night, met again on every way out."""

import logging
import re
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from lxml import html

from sourcing.export import Wanted, write
from sourcing.export.cells import cell, guard
from sourcing.logs import to_file
from spiders._reading.contacts import SEE_POST
from storage.records import Account, AccountKey
from storage.store import Store
from storage.text import Address, check_address, display, match_key
from tests.hostile.cases import Case, payload
from tests.hostile.house import BESIDE, PLAIN, ROLE, SILENT, House, sheet
from tests.hostile_kit import NOW, PUBLIC, Net, Said, installation, night
from tests.store_kit import scored

ESCAPES = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]")
NAME, BIO, HANDLE, URL, LOG_LINE = 200, 4_000, 100, 2_048, 2_048
XLSX_TYPES = {"string": "s", "number": "n"}
KEPT_FLAGS = ("mixed_script", "instruction_like_text")  # the others only say what was cleaned away


def bounds(case: Case, house: House) -> None:
    """What holds for everybody: they are stored, within the limits, and leave on every way out."""
    account = house.account(case["id"])
    assert len(account.name or "") <= NAME
    assert len(account.bio or "") <= BIO
    assert len(account.handle) <= HANDLE
    assert all(len(link.url) <= URL for link in account.links)
    _everywhere(house.lead(case["id"]), account, house)


def _everywhere(lead: str, account: Account, house: House) -> None:
    """In every exported file, on a page of the desk, and in a terminal; who asked for none of it is nowhere."""
    listed = "no_recruiters" not in account.flags
    assert all((lead in rows) is listed for rows in (house.csv, house.xlsx, house.jsonl))
    answer = house.browser.get(f"/leads/{lead}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert (lead in house.ranked) is listed
    assert ESCAPES.findall(house.ranked) == []


def csv_formula(case: Case, house: House) -> None:
    """Cells of exported files; the column is the name, cut at its own limit."""
    if case["encoding"] == "json_value":
        return _number(case, house)
    bounds(case, house)
    expect, value, lead, mail = case["expect"], payload(case), house.lead(case["id"]), False
    row, cells = house.csv[lead][0], house.xlsx[lead]
    if case["field"] == "handle":
        assert row["profiles"].rpartition("/")[2].split()[0] == expect["csv_cell"]
        assert cells["profiles"].type == XLSX_TYPES[expect["xlsx_type"]]
        assert house.account(case["id"]).handle == expect["csv_cell"]
        return None
    if "csv_cell" in expect:
        # An address of mail is cut out before anything is stored; what a cell would make of it is asked of the cell.
        mail = house.account(case["id"]).name == SEE_POST
        assert (cell(value) if mail else row["name"]) == expect["csv_cell"]
        assert not mail or all(value.encode() not in file.read_bytes() for file in house.files)
        assert guard(value) == expect["cell_function"]
    if "xlsx_value" in expect and not mail:
        assert (cells["name"].type, cells["name"].value) == (XLSX_TYPES[expect["xlsx_type"]], expect["xlsx_value"])
    assert len(house.csv[lead]) == expect.get("csv_rows", 1)
    assert all(len(one.value) <= expect.get("xlsx_length", 32_767) for one in cells.values())
    if "csv_length" in expect:
        assert len(house.account(case["id"]).bio or "") == expect["csv_length"]
    assert house.jsonl[lead]["name"] == (SEE_POST if mail else display(value, limit=NAME)[0])
    return None


def _number(case: Case, house: House) -> None:
    """A figure of a column of numbers, through the Store into both files; in a Store of its own."""
    file = house.config.folder / "number.db"
    Store.upgrade(f"sqlite:///{file}")
    with Store.open(f"sqlite:///{file}", key=house.config.key) as store:
        lead = next(iter(house.leads.values()))
        store.save([house.accounts[next(iter(house.leads))]])
        store.arrange({AccountKey("github", str(next(iter(house.leads)))): lead}, at=NOW)
        store.save_receipts([scored(lead, 0.5).model_copy(update={"role": ROLE, "low": case["payload"]})])
        files = [
            write(store, house.config, Wanted(role=ROLE, format=form, by="ann", include_known=True), now=NOW).files
            for form in ("csv", "xlsx")
        ]
    text = next(one for one in files[0] if one.suffix == ".csv").read_text("utf-8-sig")
    assert case["expect"]["csv_cell"] in text.replace('"', "").replace("\r\n", ",").split(",")
    cells = [one for row in sheet(next(one for one in files[1] if one.suffix == ".xlsx")) for one in row.values()]
    kinds = {one.type for one in cells if one.value == case["expect"]["csv_cell"]}
    assert kinds == {XLSX_TYPES[case["expect"]["xlsx_type"]]}


def html_injection(case: Case, house: House) -> None:
    """The person's page at the desk and the report have the elements of anybody's page."""
    bounds(case, house)
    expect = case["expect"]
    page, usual = (house.browser.get(f"/leads/{house.lead(name)}").text for name in (case["id"], PLAIN))
    new = elements(page) - elements(usual)
    assert sum(new.values()) == expect["new_elements"] == expect["new_attributes"], new
    assert expect.get("display_contains", "") in html.fromstring(page).text_content()
    found = html.fromstring(house.page).cssselect("script, iframe, img, object, form, base, link, svg, math")
    assert bool(found) is expect["script_runs"]


def elements(page: str) -> Counter[tuple[str, tuple[str, ...]]]:
    """Kinds of elements that nobody's page but this one has; how many there are depends on the person's work."""
    found = (one for one in html.fromstring(page).iter() if isinstance(one.tag, str))
    return Counter({(str(one.tag), tuple(sorted(map(str, one.attrib)))): 1 for one in found})


def unicode(case: Case, house: House) -> None:
    """What is shown, compared and flagged."""
    bounds(case, house)
    expect, account = case["expect"], house.account(case["id"])
    shown, flags = display(payload(case), limit=NAME)
    assert (shown, list(flags)) == (expect["display"], expect["flags"])
    row = house.jsonl[house.lead(case["id"])]
    assert (row["name"] or "") == expect["display"] or (not expect["display"] and row["name"])
    assert match_key(account.name or "") == expect["match_key"]
    assert {one for one in expect["flags"] if one in KEPT_FLAGS} <= set(account.flags)
    assert ("mixed_script" in expect["flags"]) == ("mixed_script" in account.flags)


def slow_pattern(case: Case, house: House) -> None:
    """It was read, joined, scored and exported with everybody else; alone, its night costs little more than any other.

    The bound is against runaway patterns, ten times what the case asks: figures are the fuzz's business.
    """
    bounds(case, house)
    assert house.lead(case["id"]) in house.csv
    value = payload(case)
    more = _seconds(case["field"], value) - _seconds(case["field"], ("Ann builds engines. " * 6_000)[: len(value)])
    assert more <= 10 * case["expect"]["seconds_max"]


def _seconds(field: str, value: str) -> float:
    """Seconds of processor a night takes in which one person says this; the better of two."""
    taken = []
    for _ in range(2):
        with TemporaryDirectory() as folder:
            config, started = installation(Path(folder)), process_time()
            report = night(config, Net([Said("one", field, value)]), ("github",))
            taken.append(process_time() - started)
            assert report.night.outcomes[0].accounts == 1
        if taken[0] < 1:
            break
    return min(taken)


def log_terminal(case: Case, house: House) -> None:
    """Lists and cards in a terminal, and the log of the night."""
    bounds(case, house)
    expect, lead = case["expect"], house.lead(case["id"])
    row = house.jsonl[lead]
    assert row["name"].isprintable()
    printed = house.terminal("lead", "show", lead) + house.terminal("explain", lead, "--role", ROLE)
    assert len(ESCAPES.findall(printed)) == expect["terminal_escapes"]
    named = [line for line in printed.split("\n") if line.startswith("  name ")]
    assert len(named) == expect["log_lines"]
    assert row["name"][:30] in named[0]
    assert expect.get("display_contains", "") in row["name"]
    assert expect.get("display_contains", "") in printed
    log = (house.config.logs_folder / "sourcing.log").read_bytes().decode()
    assert all(len(line.encode()) <= LOG_LINE for line in log.split("\n"))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", log)
    assert not any(line.startswith("2026-11-22 00:00:00 INFO erased") for line in log.split("\n"))
    _logged(str(payload(case)), house, expect["log_lines"])


def _logged(value: str, house: House, lines: int) -> None:
    """An event that tells such a text, in a log of the installation: nothing of it acts on who reads the file."""
    with to_file(house.config.logs_folder, name="told.log") as file:
        logging.getLogger("sourcing").warning("met %s", value)
    written = file.read_bytes().decode()
    file.unlink()
    assert written.count("\n") == lines
    assert not ESCAPES.search(written.removesuffix("\n"))
    assert len(written.encode()) <= LOG_LINE + 1


def path_query(case: Case, house: House) -> None:
    """Names of files, tables and words that are keys elsewhere."""
    bounds(case, house)
    value, expect, account = payload(case), case["expect"], house.account(case["id"])
    assert getattr(account, case["field"]) == expect.get("stored", value if len(value) <= HANDLE else account.handle)
    home = house.config.folder.resolve()
    outside = [file for file in house.files if home not in file.resolve().parents]
    assert bool(outside) is expect.get("file_written_outside", False)
    safe = all(len(file.name.encode()) <= 120 and re.fullmatch(r"[\w.-]+", file.name) for file in house.files)
    assert safe is expect.get("file_name_safe", True)
    assert (house.store.check() == []) is expect.get("tables_unchanged", True)


def secret(case: Case, house: House) -> None:
    """Published by mistake: in nothing that is kept or leaves the house."""
    bounds(case, house)
    value = payload(case).split("\\n")[0] if "KEY" in payload(case) else payload(case)
    account = house.account(case["id"])
    assert "secret_in_text" in account.flags
    assert value not in str(account)
    held = [file for file in everything(house) if value.encode() in file.read_bytes()]
    assert bool(held) is any(case["expect"].values()), held


def everything(house: House) -> list[Path]:
    """Every file of the installation and every export."""
    return [file for file in (*house.files, *house.config.folder.rglob("*")) if file.is_file()]


def prompt_injection(case: Case, house: House) -> None:
    """Flagged, shown, without any say: alone as somebody who is silent, beside plain words as those words alone."""
    expect = case["expect"]
    for name, twin in ((case["id"], SILENT), (case["id"] + BESIDE, PLAIN)):
        bounds({"id": name}, house)
        account, other = house.account(name), house.account(twin)
        assert expect["flag"] in account.flags
        assert expect["flag"] in house.jsonl[house.lead(name)]["flags"]
        read = ("figures", "open_to_work", "location", "company", "headline", "kind")
        assert [one for one in read if getattr(account, one) != getattr(other, one)] == expect["fields_changed"]
        totals = [house.jsonl[house.lead(one)]["total"] for one in (name, twin)]
        assert totals[0] - totals[1] == expect["score_change"]
    # The page shows it beside the name, the terminal in the card.
    assert "instructions to a machine" in house.browser.get(f"/leads/{house.lead(case['id'])}").text
    assert expect["flag"] in house.terminal("lead", "show", house.lead(case["id"]))
    asked = {url for url, _ in house.net.sent if "evil" in url}
    assert len(asked) == expect["tool_calls"]
    people = [number for number, one in house.net.people() if one.field != "type"]
    assert sorted(house.leads) == people, "nobody was taken away"


def url_value(case: Case, house: House) -> None:
    """A link, or none."""
    bounds(case, house)
    expect, found = case["expect"], check_address(payload(case))
    assert (None if isinstance(found, Address) else found) == expect["reason"]
    links = [link.url for link in house.account(case["id"]).links if link.field == "website"]
    assert bool(links) == (case["outcome"] == "keep") == expect["link"].startswith("http")
    page = house.browser.get(f"/leads/{house.lead(case['id'])}").text
    hrefs = [one.get("href") or "" for one in html.fromstring(page).cssselect("a[href]")]
    assert all(re.match(r"https?://|/|#|\?", one) for one in hrefs)
    if links and not links[0].isascii():
        assert "xn--" in page


def ssrf(case: Case, house: House) -> None:
    """Nothing was sent to an address that is not public."""
    bounds(case, house)
    expect, start = case["expect"], case["payload"]["start"]
    elsewhere = [to for _, to in house.net.sent if to != PUBLIC]
    assert len(elsewhere) == expect["requests_sent_to_blocked"]
    counters = {k: v for one in house.report.night.outcomes if one.source == "web" for k, v in one.counters.items()}
    sent = [url for url, _ in house.net.sent if start.rstrip("/") in url]
    links, reason = house.account(case["id"]).links, expect["reason"]
    if case["outcome"] == "keep":
        assert sent
    elif reason in {"private_address", "redirects", "downgrade"} or "responses" in case["payload"]:
        assert links, "the value alone is an address"
        assert counters[f"blocked:{reason}"] >= 1
    else:
        assert check_address(start) == reason
        assert not links, "no address at all"
        assert not sent


def wish(case: Case, house: House) -> None:
    """Who wants no recruiters is in no file; who says nothing has no wish."""
    bounds(case, house)
    expect, account = case["expect"], house.account(case["id"])
    assert set(account.flags) == {one for one in [expect["flag"]] if one}
    assert account.open_to_work is not False
    for listed in (house.csv, house.xlsx, house.jsonl):
        assert (house.lead(case["id"]) in listed) is expect.get("exported", True)
