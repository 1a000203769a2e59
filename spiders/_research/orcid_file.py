"""ORCID's yearly public data file (CC0): records of people we met already, read in one pass of the archive.

The file is a tar of small XML documents, one per person, named by their ORCID, and far too large to unpack: members
are passed over by name, so memory stays constant and speed is that of the decompressor.
"""

import re
import tarfile
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from pathlib import Path

from parsel import Selector

from spiders._events import words
from spiders._reading.clean import LOCATION, NAME, clean, clean_tags, web_links
from spiders._research.openalex import orcid_of
from storage.records import Account, Claim, Kind, Link, Origin

SOURCE = "orcid"
FIELDS = frozenset({"name", "bio", "location", "links", "kind", "headline"})
_MEMBER = re.compile(r"(\d{4}-\d{4}-\d{4}-\d{3}[\dX])\.xml$")
_LARGEST = 2 * 1024 * 1024  # bytes of one record


def accounts(
    path: Path, wanted: Collection[str], *, seen_at: datetime, count: Callable[[str], object] = lambda _: None
) -> Iterator[Account]:
    """Records of the wanted ORCIDs, in the order of the archive; ReadError of `tarfile` where it is cut off."""
    left = set(wanted)
    with tarfile.open(path, "r|*") as archive:
        for member in archive:
            found = _MEMBER.search(member.name)
            if found is None or found[1] not in left or not member.isfile():
                continue
            left.discard(found[1])
            held = archive.extractfile(member) if member.size <= _LARGEST else None
            made = account(held.read(), found[1], seen_at) if held else None
            count("orcid_record" if made else "orcid_record_unreadable")
            if made:
                yield made
            if not left:
                return


def account(document: bytes, orcid: str, seen_at: datetime) -> Account | None:
    """The account of one record; None for a locked or empty one. E-mail addresses are never looked at."""
    # Element names are the same over the versions of the schema, their namespaces are not.
    record = Selector(document.decode("utf-8", "replace"), type="xml")
    record.remove_namespaces()
    given, family = (record.xpath(f"string(//person/name/{part})").get("") for part in ("given-names", "family-name"))
    name = clean(record.xpath("string(//person/name/credit-name)").get("") or f"{given} {family}".strip(), NAME)
    if not name or orcid_of(orcid) is None:
        return None
    url = f"https://orcid.org/{orcid}"
    return Account(
        source=SOURCE,
        source_id=orcid,
        handle=orcid,
        url=url,
        kind=Kind.PERSON,
        name=name,
        headline=", ".join(clean_tags(record.xpath("//keywords/keyword/content/text()").getall()))[:300] or None,
        bio=words.bio(record.xpath("string(//biography/content)").get("")),
        location=clean(record.xpath("string(//addresses/address/country)").get(""), LOCATION),
        links=links(record),
        observed=FIELDS,
        origin=Origin(source=SOURCE, url=url, seen_at=seen_at, spider="orcid_file/1"),
    )


def links(record: Selector) -> tuple[Link, ...]:
    """Addresses the person entered; identifiers of other systems stand beside them."""
    own = record.xpath("//researcher-urls/researcher-url/url/text()").getall()
    others = record.xpath("//external-identifiers/external-identifier/external-id-url/text()").getall()
    stated = web_links((one.strip() for one in own), Claim.CLAIMED, "researcher_url")
    return stated + web_links((one.strip() for one in others), Claim.MENTIONED, "external_identifier")
