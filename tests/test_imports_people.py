"""CSV files of people: LinkedIn connections, candidates of applicant tracking systems, and hostile ones."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sourcing.export.cells import guard, unguarded
from sourcing.identity import resolve
from sourcing.imports import _csv, _people
from storage.errors import ConfigError
from storage.records import Account, Claim, Kind, Verdict
from tests.house_of_sourcing import account
from tests.imports_kit import LATER, NOW, House

CONNECTIONS = """Notes:
"Some addresses may be missing, ""as a rule""."

First Name,Last Name,URL,Email Address,Company,Position,Connected On
Ada,Example,https://www.linkedin.com/in/ada-example,,"Example, Inc.",Machine Learning Engineer,12 Mar 2024
José,Muestra,https://de.linkedin.com/in/jos%C3%A9-muestra-1a/?trk=x,j@example.com,Muestra,"Science, NLP",03 Jan 2023
Neha,,https://www.linkedin.com/in/NehaExample,,,,28 Sep 2026
Neha,,linkedin.com/in/nehaexample/,,,,28 Sep 2026
Bo,Nobody,,bo@example.com,,,01 Feb 2025
Old,Form,http://www.linkedin.com/pub/Old-Form/1/2/3,,,,soon
Acme,,https://www.linkedin.com/company/acme,,,,01 Feb 2025
"""


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_connections_become_accounts_named_by_their_address(house: House) -> None:
    done = house.bring("linkedin", house.write("Connections.csv", CONNECTIONS))
    found = house.accounts("linkedin")
    assert sorted(found) == ["ada-example", "josé-muestra-1a", "nehaexample", "pub/old-form/1/2/3"]
    ada = found["ada-example"]
    assert (ada.name, ada.headline, ada.company) == ("Ada Example", "Machine Learning Engineer", "Example, Inc.")
    assert (ada.url, ada.kind) == ("https://www.linkedin.com/in/ada-example", Kind.PERSON)
    assert (ada.flags, ada.markers) == (("connection",), {"connected_on": "2024-03-12"})
    assert (ada.origin.url, ada.origin.spider) == ("file:Connections.csv?by=ada", "linkedin/1")
    assert done.state == "done"
    assert done.counters == {
        "address_of_no_person": 1,
        "date_not_understood": 1,
        "no_profile_address": 1,
        "person_twice": 1,
    }
    with house.store() as store:
        everything = [account.model_dump_json() for account in store.accounts()]
    assert not any("@" in text for text in everything)


def test_the_same_file_again_changes_nothing(house: House) -> None:
    path = house.write("Connections.csv", CONNECTIONS)
    first = house.bring("linkedin", path)
    again = house.bring("linkedin", path, now=LATER)
    assert (first.saved.accounts_new, first.imported_before) == (4, None)
    assert (again.saved.accounts_new, again.saved.accounts_changed, again.saved.accounts_unchanged) == (0, 0, 4)
    assert again.imported_before == NOW


def proposed(house: House, *others: Account) -> set[tuple[str, str]]:
    """The sources of pairs that identity joins or suggests once these accounts are there as well."""
    with house.store() as store:
        store.save(list(others))
        resolve(store, now=NOW)
        rows = store.judgements()
    agreed = (row for row in rows if row.verdict in (Verdict.SAME, Verdict.SUGGESTED))
    return {(str(row.left), str(row.right)) for row in agreed}


def test_a_connection_meets_the_account_that_publishes_the_address(house: House) -> None:
    house.bring("linkedin", house.write("Connections.csv", CONNECTIONS))
    jose = account("github", "jose", links=["https://linkedin.com/in/José-Muestra-1a/"])
    assert ("github:id-jose", "linkedin:josé-muestra-1a") in proposed(house, jose)


def test_any_csv_with_a_map(house: House) -> None:
    path = house.write("project.csv", "Full name;Profil;Ort\r\nAda Example;https://linkedin.com/in/ada;Köln\r\n")
    columns = ["name=Full Name", "linkedin=profil", "location=ORT"]
    house.bring("linkedin", path, columns=columns)
    (ada,) = house.accounts("linkedin").values()
    assert (ada.name, ada.location, ada.flags) == ("Ada Example", "Köln", ("imported",))


def test_a_map_may_correct_the_preset(house: House) -> None:
    path = house.write("Connections.csv", CONNECTIONS.replace("URL", "Profile"))
    with pytest.raises(ConfigError, match=r"no column 'URL' \(for linkedin\).*it has: First Name, Last Name, Profile"):
        house.bring("linkedin", path)
    done = house.bring("linkedin", path, preset="connections", columns=["linkedin=Profile"])
    assert done.saved.accounts_new == 4


GREENHOUSE = (
    "\ufeffCandidate ID,First Name,Last Name,Title,Company,Email,Social Media,Website,GitHub,"
    "Last Activity,Do Not Contact\n"
    '17,Ada,Example,"Engineer, ML",Acme,ada@example.org,"https://linkedin.com/in/ada, https://www.kaggle.com/Ada",'
    "ada.example,@ada,2025-03-01 10:00:00,\n"
    "18,Bo,Example,,,,,,github.com/bo,,yes\n"
    "18,Bo,Example,,,,,,github.com/bo,,\n"
    "19,Cy,Twin,,,,,,https://github.com/Ada,,\n"
    ",No,Body,,,nobody@example.org,,,,,\n"
    ",Di,Address,,,,,,di,,\n"
    "20,eve@example.org,,,,,mailto:eve@example.org,eve@example.org,,,\n"
)


def test_candidates_are_marked_as_already_known(house: House) -> None:
    done = house.bring("ats", house.write("dump.csv", GREENHOUSE), preset="greenhouse")
    found = house.accounts("ats")
    ada = found["greenhouse/17"]
    assert (ada.name, ada.headline, ada.company, ada.url) == (
        "Ada Example",
        "Engineer, ML",
        "Acme",
        "ats:greenhouse/17",
    )
    assert [(link.url, link.field, link.claim) for link in ada.links] == [
        ("https://github.com/ada", "github", Claim.CLAIMED),
        ("https://ada.example", "website", Claim.CLAIMED),
        ("https://www.linkedin.com/in/ada", "links", Claim.CLAIMED),
        ("https://www.kaggle.com/Ada", "links", Claim.CLAIMED),
    ]
    assert (ada.flags, ada.markers) == (("already_known",), {"last_activity": "2025-03-01"})
    assert found["greenhouse/18"].flags == ("already_known", "no_recruiters")
    assert found["greenhouse/19"].links == ()
    assert sum(name.startswith("greenhouse/address-") for name in found) == 1
    assert found["greenhouse/20"].name is None
    assert done.counters == {
        "candidate_twice": 1,
        "candidate_without_address": 1,
        "candidate_without_id": 1,
        "email_left_out": 1,
        "profile_of_two_candidates": 1,
    }
    with house.store() as store:
        assert not any("@example.org" in account.model_dump_json() for account in store.accounts())


def test_a_candidate_found_again_meets_the_profile_they_gave(house: House) -> None:
    house.bring("ats", house.write("dump.csv", GREENHOUSE), preset="greenhouse")
    assert ("ats:greenhouse/17", "github:id-ada") in proposed(house, account("github", "ada"))


HEADS = {
    "greenhouse": "Candidate ID,First Name,Last Name,Company,Title,Website",
    "lever": "Opportunity ID,Candidate Name,Headline,Links",
    "ashby": "Candidate Id,Candidate Name,LinkedIn URL,GitHub URL",
    "opencats": "candidateID,lastName,firstName,phoneHome,phoneCell,email1,keySkills",
}


@pytest.mark.parametrize(("preset", "head"), HEADS.items())
def test_presets_read_the_columns_of_their_systems(house: House, preset: str, head: str) -> None:
    cells = ",".join(f"c{n}" for n in range(len(head.split(","))))
    house.bring("ats", house.write("dump.csv", f"{head}\r\n{cells}\r\n"), preset=preset)
    assert list(house.accounts("ats")) == [f"{preset}/c0"]


WRONG: list[tuple[str | bytes, dict[str, Any], str]] = [
    (
        "a,b\n1,2\n",
        {"preset": "greenhouse"},
        "no column 'Candidate Name' or .*it has: a, b; name the column: --map name=",
    ),
    ("", {"preset": "lever"}, "it has: nothing"),
    ("Name,Id\nAda,1\n", {}, "which columns"),
    (
        "Name,Id\nAda,1\n",
        {"preset": "taleo"},
        "no preset 'taleo' for ats; there are: ashby, greenhouse, lever, opencats",
    ),
    ("Name,Id\nAda,1\n", {"columns": ["salary=Id", "name=Name"]}, "keeps no such field"),
    ("Name,Id\nAda,1\n", {"columns": ["name"]}, "not of the form --map FIELD=COLUMN"),
    ("Name,Name,Id\nA,B,1\n", {"columns": ["name=Name", "id=Id"]}, "two columns are called 'Name'"),
    (
        "Name,Id\nAda,1\n",
        {"columns": ["name=Name", "id=Nr"]},
        "no column 'Nr' \\(for id or linkedin or github or website",
    ),
    (b"Name,Id\nJos\xe9,1\n", {"columns": ["name=Name", "id=Id"]}, "not readable as UTF-8 .*--set encoding=cp1252"),
    (b"Name,Id\nA,1\n", {"columns": ["name=Name", "id=Id"], "settings": ["encoding=x"]}, "no such encoding"),
    (b"Name,Id\nA,1\n", {"columns": ["name=Name", "id=Id"], "settings": ["colour=red"]}, "ats knows: encoding, system"),
    (b"PK\x03\x04\x00\x01\x02\xff\xfe", {"preset": "lever"}, "not readable as UTF-8"),
]


@pytest.mark.parametrize(("text", "given", "said"), WRONG, ids=[str(n) for n in range(len(WRONG))])
def test_what_cannot_be_read_is_said_in_one_line(
    house: House, text: str | bytes, given: dict[str, Any], said: str
) -> None:
    with pytest.raises(ConfigError, match=f"(?s){said}") as refused:
        house.bring("ats", house.write("dump.csv", text), **given)
    assert "\n" not in str(refused.value)
    assert house.accounts("ats") == {}


MAP: dict[str, Any] = {"columns": ["name=Name", "id=Id"]}
ENCODED = [
    ("Name,Id\nJosé,1\n".encode("utf-8-sig"), []),
    ("Name\tId\nJosé\t1\n".encode("utf-16"), []),
    ("Name;Id\r\nJosé;1\r\n".encode("cp1252"), ["encoding=cp1252"]),
    ('Name|Id\r\n\r\n"José"|1'.encode(), []),
]


@pytest.mark.parametrize(("text", "settings"), ENCODED, ids=["bom", "utf-16", "cp1252", "no last line end"])
def test_encodings_and_separators(house: House, text: bytes, settings: list[str]) -> None:
    house.bring("ats", house.write("dump.csv", text), **MAP, settings=settings)
    assert [one.name for one in house.accounts("ats").values()] == ["José"]


BAD_ROWS = [
    ("too,many,cells\n", "ragged_row"),
    ("few\n", "ragged_row"),
    ('"a"b,2\n', "unreadable_row"),
    ("x" * (_csv.LINE * 2 + 5) + ",3\n", "line_too_long"),
    ("x" * 200_000 + ",3\n", "unreadable_row"),
]


@pytest.mark.parametrize(("row", "counted"), BAD_ROWS, ids=["many", "few", "quote", "endless line", "endless cell"])
def test_a_bad_row_costs_itself(house: House, row: str, counted: str) -> None:
    done = house.bring("ats", house.write("dump.csv", f"Name,Id\nAda,1\n{row}Bo,2\n"), **MAP)
    assert sorted(house.accounts("ats")) == ["ats/1", "ats/2"]
    assert (done.state, done.exit_code, dict(done.counters)) == (
        "partial",
        1,
        {"candidate_without_address": 2, counted: 1},
    )


def test_a_line_of_a_hundred_megabytes_is_never_held(tmp_path: Path) -> None:
    path = tmp_path / "dump.csv"
    with path.open("w") as file:
        file.write("Name,Id\n")
        for _ in range(100):
            file.write("x" * 1_000_000)
        file.write(",1\nBo,2\n")
    counted: list[str] = []
    rows = list(_csv.read(path, {"name": ["Name"], "id": ["Id"]}, [["name"]], "utf-8", counted.append))
    assert (rows, counted) == ([{"name": ("Bo",), "id": ("2",)}], ["line_too_long"])


GUARDED = [
    ("'=1+1", "=1+1"),
    ("'@ada", "@ada"),
    ("'-x", "-x"),
    ("' =x", " =x"),
    ("''=x", "''=x"),
    ("'tis", "'tis"),
    ("'", "'"),
    ("=x", "=x"),
    ("", ""),
]


@pytest.mark.parametrize(("cell", "text"), GUARDED)
def test_exactly_one_apostrophe_is_removed(cell: str, text: str) -> None:
    assert unguarded(cell) == text


@given(st.text(max_size=20).filter(lambda text: not text.startswith("'")))
def test_what_our_export_guards_comes_back(text: str) -> None:
    assert unguarded(guard(text)) == text


@given(st.lists(st.lists(st.text(max_size=8), min_size=3, max_size=3), max_size=6))
def test_any_csv_is_read_without_an_exception(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["Name", "Id", "Website"], *rows])
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_text(text.getvalue(), "utf-8", errors="replace", newline="")
    for row in _csv.read(path, {"name": ["Name"], "website": ["Website"]}, [["name"]], "utf-8", lambda _: None):
        _people.facts(row, lambda _: None)
        _people.links(row, lambda _: None)


LINKEDIN = [
    ("https://www.linkedin.com/in/Ada-Example/", "ada-example"),
    ("http://uk.linkedin.com/in/ada?x=1#y", "ada"),
    ("linkedin.com/in/jos%C3%A9", "josé"),
    ("https://www.linkedin.com/pub/ada/1/2/3", "pub/ada/1/2/3"),
    ("https://www.linkedin.com/company/ada", None),
    ("https://www.linkedin.com/in/", None),
    ("https://www.linkedin.com/in/a%2Fb", None),
    ("https://www.linkedin.com/in/a%0Ab", None),
    ("https://linkedin.com.example/in/ada", None),
    ("https://example.org/linkedin.com/in/ada", None),
    ("javascript:alert(1)//linkedin.com/in/ada", None),
    ("ada", None),
]


@pytest.mark.parametrize(("address", "name"), LINKEDIN)
def test_what_names_a_person_on_linkedin(address: str, name: str | None) -> None:
    assert _people.linkedin_id(address) == name


def test_addresses_are_never_guessed_from_text() -> None:
    row = {"github": ("my page", "bo", "www.github.com"), "website": ("tel:123", "not a page"), "links": ("a b",)}
    urls = {link.url for link in _people.links(row, lambda _: None)}
    assert "https://github.com/bo" in urls
    assert not any("my" in url or "tel" in url for url in urls), urls


def test_people_of_a_file_are_suppressed_like_all_others(house: House) -> None:
    path = house.write("Connections.csv", CONNECTIONS)
    house.bring("linkedin", path)
    with house.store() as store:
        gone: Account = house.accounts("linkedin")["ada-example"]
        store.bury(gone)
    assert house.bring("linkedin", path, now=LATER).saved.tombstoned == 1
