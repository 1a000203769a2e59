"""Papers and authors: ids, positions, what ties a cluster to a person, feeds, keys that never show."""

import io
import tarfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders._research import arxiv, crossref, keys, openalex, orcid_file, people, semanticscholar
from spiders._research.openalex import Person, Work
from spiders._research.people import Candidate
from storage.errors import Unreadable
from storage.records import AccountKey, Claim, Level, Origin

ANA, CY = "0000-0002-1825-0097", "0000-0001-5109-3700"
NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)


def stamp(url: str) -> Origin:
    return Origin(source="research", url=url, seen_at=NOW, spider="research/1")


def work(*authorships: dict[str, Any], **more: Any) -> Work:
    base = {"id": "https://openalex.org/W1", "doi": "https://doi.org/10.5555/X.1", "title": "T", "fwci": 1.0}
    return Work.model_validate(base | {"authorships": list(authorships), "publication_date": "2026-05-01"} | more)


def author(position: str, number: int | None = 1, **more: Any) -> dict[str, Any]:
    own = f"https://openalex.org/A{number}" if number else None
    return {"author_position": position, "author": {"id": own, "display_name": f"Author {number}"}} | more


@pytest.mark.parametrize(
    ("value", "own"),
    [
        ("https://openalex.org/A5060600148", "A5060600148"),
        ("https://api.openalex.org/authors/a12", "A12"),
        ("T10181", "T10181"),
        ("https://evil.example/A1", None),
        ("A1/../../x", None),
        (None, None),
        (7, None),
    ],
)
def test_ids_are_read_from_addresses(value: Any, own: str | None) -> None:
    assert openalex.short_id(value) == own


@pytest.mark.parametrize(
    ("value", "orcid"),
    [
        (ANA, ANA),
        (f"https://orcid.org/{ANA}", ANA),
        ("0000-0002-1694-233x", "0000-0002-1694-233X"),
        ("0000-0002-1825-0098", None),
        ("0000-0002-1825", None),
        ("https://orcid.org.evil.example/0000-0002-1825-0097", None),
        (None, None),
    ],
)
def test_orcids_need_their_check_digit(value: str | None, orcid: str | None) -> None:
    assert openalex.orcid_of(value) == orcid


@given(st.text(max_size=60))
def test_no_text_breaks_the_readers_of_ids(text: str) -> None:
    assert openalex.short_id(text) is None or openalex.short_id(text)
    assert openalex.orcid_of(text) is None or len(openalex.orcid_of(text) or "") == 19
    assert "api_key" not in keys.without_key(f"https://x.example/a?api_key={text.replace('&', '').replace('#', '')}")


def test_leading_authors_are_first_last_and_corresponding() -> None:
    counted: list[str] = []
    rows = [author("first", 1), author("middle", 2), author("middle", 3, is_corresponding=True), author("last", None)]
    assert [own for own, _ in people.leading(work(*rows), counted.append)] == ["A1", "A3"]
    assert counted == ["author_without_id"]
    assert list(people.leading(work(*rows, is_retracted=True), counted.append)) == []


def test_works_count_once_and_a_first_author_counts_more() -> None:
    first, last = Candidate("A1", "l"), Candidate("A2", "l")
    one = work(author("first", 1), author("last", 2))
    rows = dict(people.leading(one, lambda _: None))
    first.add(one, rows["A1"])
    first.add(one, rows["A1"])
    last.add(one, rows["A2"])
    assert (len(first.works), first.interest > last.interest) == (1, True)


@pytest.mark.parametrize(
    ("orcid", "confirmed", "homepages", "claims", "alone"),
    [
        (None, set(), {}, [], True),
        (ANA, set(), {}, [("https://orcid.org/" + ANA, Claim.CLAIMED)], False),
        (ANA, {ANA}, {}, [("https://orcid.org/" + ANA, Claim.VERIFIED)], False),
        (ANA, {CY}, {}, [("https://orcid.org/" + ANA, Claim.CLAIMED)], False),
        (None, set(), {"https://ana.example": None}, [("https://ana.example", Claim.CLAIMED)], False),
        (None, set(), {"nonsense": None}, [], True),
        ("0000-0000-0000-0001", {ANA}, {}, [("https://orcid.org/0000-0000-0000-0001", Claim.CLAIMED)], False),
        ("0000-0000-0000-0009", set(), {}, [], True),
    ],
)
def test_clusters_on_a_name_alone_are_never_joined(
    orcid: str | None, confirmed: set[str], homepages: dict[str, None], claims: list[Any], alone: bool
) -> None:
    person = Person.model_validate({"id": "A1", "orcid": orcid and f"https://orcid.org/{orcid}", "display_name": "Ana"})
    candidate = Candidate("A1", "l", confirmed=confirmed, homepages=homepages)
    made = people.account(person, candidate, stamp("https://x.example"), None, lambda _: None)
    assert [(link.url, link.claim) for link in made.links] == claims
    assert (people.NAME_ONLY in made.flags, people.NO_MATCH in made.flags) == (alone, alone)
    assert (made.handle, made.source_id) == ("A1", "A1")


def test_the_employer_is_the_last_known_or_the_latest() -> None:
    rows = [
        {"institution": {"display_name": "Old", "country_code": "DE"}, "years": [2019, 2020]},
        {"institution": {"display_name": "New", "country_code": "FR"}, "years": [2026]},
        {"institution": {"display_name": "Empty"}, "years": []},
    ]
    person = Person.model_validate({"id": "A1", "affiliations": rows})
    assert (people.country_code(person), people._employer(person).display_name) == ("FR", "New")
    known = Person.model_validate(
        {"id": "A1", "last_known_institutions": {"display_name": "One", "country_code": "GB"}}
    )
    assert people.country_code(known) == "GB"
    assert people.country_code(Person.model_validate({"id": "A1"})) is None


@pytest.mark.parametrize(
    ("venue", "kind", "level"),
    [
        ({"display_name": "Conf", "type": "conference"}, "article", Level.RECOGNISED),
        ({"display_name": "Journal", "type": "journal"}, "article", Level.RECOGNISED),
        ({"display_name": "Journal", "type": "journal"}, "preprint", Level.PRACTICE),
        ({"display_name": "arXiv", "type": "repository"}, "preprint", Level.PRACTICE),
        (None, "article", Level.PRACTICE),
    ],
)
def test_refereed_papers_are_recognised(venue: Any, kind: str, level: Level) -> None:
    one = work(author("first"), author("last", 2), type=kind, primary_location={"source": venue})
    candidate = Candidate("A1", "l")
    candidate.add(one, dict(people.leading(one, lambda _: None))["A1"])
    code = {"10.5555/x.1": ("https://github.com/x/y",)}
    (made,) = people.evidence(candidate, AccountKey("research", "A1"), stamp, code)
    assert (made.level, made.kind, made.url) == (level, "paper", "https://doi.org/10.5555/X.1")
    assert made.text is not None
    assert made.text.startswith("First author of 2")
    assert made.text.endswith("Code: https://github.com/x/y")
    assert made.figures["code"] == 1


def feed(*entries: str) -> bytes:
    space = 'xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom"'
    return f"<?xml version='1.0'?><feed {space}>{''.join(entries)}</feed>".encode()


def entry(own: str, text: str = "") -> str:
    return f"<entry><id>{own}</id><published>2026-01-01T00:00:00Z</published><summary>{text}</summary></entry>"


def test_feeds_give_ids_without_versions_and_addresses_of_code() -> None:
    read = arxiv.read(
        feed(
            entry("http://arxiv.org/abs/2601.00001v3", "See https://github.com/a/b.git, https://github.com/a/b."),
            entry("http://arxiv.org/abs/cs/0601001v1", "https://evil.example/github.com/x"),
            entry("http://arxiv.org/abs/"),
        )
    )
    assert [(one.id, one.code) for one in read.papers] == [
        ("2601.00001", ("https://github.com/a/b",)),
        ("cs/0601001", ()),
    ]
    assert read.papers[0].doi == "10.48550/arxiv.2601.00001"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (feed(entry("https://arxiv.org/api/errors#x", "bad")), "arxiv_error"),
        (b"<html/>", "unexpected_shape"),
        (b"", "unexpected_shape"),
        (b"{}", "unexpected_shape"),
        (b"<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><x>&b;</x>", "unexpected_shape"),
    ],
)
def test_feeds_that_are_none(body: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        arxiv.read(body)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("category", "known"),
    [
        ("cs.CL", True),
        ("stat.ML", True),
        ("eess.AS", True),
        ("astro-ph.GA", True),
        ("hep-th", True),
        ("cs.CL+OR+x", False),
    ],
)
def test_categories(category: str, known: bool) -> None:
    assert bool(arxiv.CATEGORY.fullmatch(category)) is known


def test_only_confirmed_orcids_count() -> None:
    rows: list[dict[str, Any]] = [
        {"DOI": "x", "author": [
            {"ORCID": f"http://orcid.org/{ANA}", "authenticated-orcid": True},
            {"ORCID": f"https://orcid.org/{CY}", "authenticated-orcid": "False"},
            {"family": "Example"},
        ]},
        {"DOI": "y", "author": [{"ORCID": f"https://orcid.org/{CY}", "authenticated-orcid": "True"}]},
        {"nothing": 1},
    ]  # fmt: skip
    assert list(crossref.confirmed(rows)) == [ANA, CY]


@pytest.mark.parametrize(
    ("authors", "names", "found"),
    [
        ([{"name": "A. Example", "homepage": "https://a.example"}], ["Ana Example"], [(0, "https://a.example")]),
        ([{"name": "B. Other", "homepage": "https://b.example"}], ["Ana Example"], []),
        ([{"name": "A. Example", "homepage": "https://a.example"}, {"name": "B"}], ["Ana Example"], []),
        ([{"name": "A. Example", "homepage": None}], ["Ana Example"], []),
        ([{"name": "", "homepage": "https://a.example"}], [None], []),
    ],
)
def test_homepages_need_the_same_place_and_name(authors: Any, names: Any, found: Any) -> None:
    assert list(semanticscholar.homepages({"authors": authors}, names)) == found
    assert list(semanticscholar.homepages(None, names)) == []


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://x.example/a?api_key=secret", "https://x.example/a"),
        ("https://x.example/a?b=1&api_key=secret", "https://x.example/a?b=1"),
        ("https://x.example/a?api_key=secret&b=1", "https://x.example/a?b=1"),
        ("https://x.example/a?b=1", "https://x.example/a?b=1"),
    ],
)
def test_keys_are_taken_out_of_addresses(url: str, clean: str) -> None:
    assert keys.without_key(url) == clean


RECORD = """<?xml version="1.0"?><record:record path="/{0}" xmlns:record="http://www.orcid.org/ns/record"
 xmlns:p="http://www.orcid.org/ns/person" xmlns:d="http://www.orcid.org/ns/personal-details"
 xmlns:r="http://www.orcid.org/ns/researcher-url" xmlns:c="http://www.orcid.org/ns/common"
 xmlns:k="http://www.orcid.org/ns/keyword" xmlns:e="http://www.orcid.org/ns/email" xmlns:a="http://www.orcid.org/ns/address"
 xmlns:x="http://www.orcid.org/ns/external-identifier"><p:person>
 <p:name><d:given-names>Ana</d:given-names><d:family-name>Example</d:family-name></p:name>
 <p:biography><d:content>I read. Mail ana@example.org.</d:content></p:biography>
 <r:researcher-urls><r:researcher-url><r:url-name>Code</r:url-name><r:url>https://github.com/anaexample</r:url></r:researcher-url>
 <r:researcher-url><r:url>javascript:alert(1)</r:url></r:researcher-url></r:researcher-urls>
 <e:emails><e:email><e:email>ana@example.org</e:email></e:email></e:emails>
 <a:addresses><a:address><a:country>DE</a:country></a:address></a:addresses>
 <k:keywords><k:keyword><k:content>nlp</k:content></k:keyword><k:keyword><k:content>retrieval</k:content></k:keyword></k:keywords>
 <x:external-identifiers><x:external-identifier><c:external-id-url>https://id.example/1</c:external-id-url>
 </x:external-identifier></x:external-identifiers></p:person></record:record>"""


def archive(path: Path, records: dict[str, str]) -> Path:
    with tarfile.open(path, "w:gz") as made:
        for name, text in records.items():
            info = tarfile.TarInfo(f"ORCID_2026_10_summaries/{name[-3:]}/{name}.xml")
            info.size = len(text.encode())
            made.addfile(info, io.BytesIO(text.encode()))
    return path


def test_wanted_records_of_the_yearly_file(tmp_path: Path) -> None:
    path = archive(
        tmp_path / "orcid.tar.gz", {CY: RECORD.format(CY), ANA: RECORD.format(ANA), "0000-0002-1694-233X": "<x/>"}
    )
    counted: list[str] = []
    (made,) = orcid_file.accounts(path, {ANA, "0000-0002-1694-233X"}, seen_at=NOW, count=counted.append)
    assert (made.source, made.source_id, made.name, made.location) == ("orcid", ANA, "Ana Example", "DE")
    assert (made.bio, made.headline) == ("I read. Mail .", "nlp, retrieval")
    assert [(link.url, link.claim) for link in made.links] == [
        ("https://github.com/anaexample", Claim.CLAIMED),
        ("https://id.example/1", Claim.MENTIONED),
    ]
    assert counted == ["orcid_record", "orcid_record_unreadable"]
    assert "@" not in made.model_dump_json()
