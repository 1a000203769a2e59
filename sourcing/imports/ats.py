"""Candidates already in the applicant tracking system, from a CSV dump: known people are not found anew by surprise.

Each candidate is an account of the source `ats` with the addresses the candidate gave. Where one of them is the profile
of somebody a night found, the two become one lead, which then carries the flag `already_known`: the sourcer sees the
collision before writing, and sees whom to look at again. A flag, because it goes with the account when leads are
joined or parted, and no night overwrites it; a status would be the sourcer's own word about a lead, which an import
must not change. Stages, notes, tags and ratings of a system are not read: a past refusal must not follow a person.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import ClassVar

from pydantic import Field

from sourcing.imports import _csv, _people
from sourcing.imports._csv import Row
from sourcing.imports._kind import Columns, FileKind, Settings
from spiders._card import Card
from spiders._reading.clean import HANDLE, clean
from storage.errors import ConfigError
from storage.records import Account, Item, Kind, LaneState, Link
from storage.text import link_key, profile_key

ALREADY_KNOWN, NO_RECRUITERS = "already_known", "no_recruiters"


class AtsSettings(Settings):
    """Settings of the import of candidates."""

    encoding: str = Field("utf-8", description="encoding of the file, where it is not UTF-8 (cp1252 …)")
    system: str = Field(
        "", max_length=40, pattern=r"^[a-z0-9_-]*$", description="name of the system; default: that of the preset"
    )
    page: str = Field("", max_length=500, description="address of a candidate in the system, with {id}")


# Columns as the systems' own exports call them. OpenCATS: read in its source, which exports no addresses by
# default (add "Web Site" to the list before exporting). Greenhouse: its published import template and reports;
# Lever, Ashby: names of their interfaces, from memory, several spellings each. `--map` replaces any of them.
PRESETS: Mapping[str, Columns] = {
    "greenhouse": {
        "id": ("Candidate ID", "Person ID", "Id"),
        "name": ("Candidate Name", "Candidate", "Name"),
        "first_name": ("First Name", "Candidate First Name"),
        "last_name": ("Last Name", "Candidate Last Name"),
        "headline": ("Title", "Current Title", "Candidate Title"),
        "company": ("Company", "Current Company", "Candidate Company"),
        "location": ("Location", "Candidate Location"),
        "linkedin": ("LinkedIn", "LinkedIn URL", "LinkedIn Profile"),
        "github": ("GitHub", "GitHub URL"),
        "website": ("Website", "Websites", "Website Addresses"),
        "links": ("Social Media", "Social Media Addresses"),
        "created_at": ("Created At", "Candidate Created", "Created On"),
        "last_activity": ("Last Activity", "Last Activity At"),
        "do_not_contact": ("Do Not Contact",),
    },
    "lever": {
        "id": ("Candidate ID", "Contact ID", "Contact", "Opportunity ID", "Id"),
        "name": ("Candidate Name", "Name", "Full Name"),
        "headline": ("Headline", "Current Title"),
        "company": ("Current Company", "Organization", "Company"),
        "location": ("Location", "Candidate Location"),
        "linkedin": ("LinkedIn", "LinkedIn URL"),
        "github": ("GitHub", "GitHub URL"),
        "website": ("Website", "Portfolio URL"),
        "links": ("Links", "URLs", "Link"),
        "created_at": ("Created At", "Created", "Date Created"),
        "last_activity": ("Last Interaction At", "Last Interaction", "Last Advanced At"),
        "do_not_contact": ("Do Not Contact", "Data Protection Contact Revoked"),
    },
    "ashby": {
        "id": ("Candidate ID", "Candidate Id", "Id"),
        "name": ("Candidate Name", "Name", "Candidate"),
        "headline": ("Position", "Current Title", "Title"),
        "company": ("Company", "Current Company"),
        "location": ("Location", "Candidate Location", "Primary Location"),
        "linkedin": ("LinkedIn URL", "LinkedIn", "LinkedIn Profile"),
        "github": ("GitHub URL", "GitHub"),
        "website": ("Website", "Website URL", "Personal Website"),
        "links": ("Social Links", "Other Links"),
        "created_at": ("Created At", "Candidate Created At", "Candidate Created Date"),
        "last_activity": ("Updated At", "Last Activity At", "Candidate Updated At"),
        "do_not_contact": ("Do Not Contact",),
    },
    "opencats": {
        "id": ("candidateID", "candidate_id", "ID"),
        "first_name": ("firstName", "First Name"),
        "last_name": ("lastName", "Last Name"),
        "company": ("currentEmployer", "Current Employer"),
        "location": ("City",),
        "website": ("webSite", "Web Site"),
        "created_at": ("dateCreated", "Created", "Date Created"),
        "last_activity": ("dateModified", "Modified", "Date Modified"),
        "do_not_contact": ("Do Not Contact",),
    },
}


class Ats(FileKind[AtsSettings]):
    """A dump of candidates as CSV, with a preset of its system or a map of columns."""

    name = "ats"
    settings_model: ClassVar[type[Settings]] = AtsSettings
    presets = PRESETS
    takes_map = True
    card = Card(
        title="Applicant tracking system",
        method="import of a dump of candidates (CSV) out of the operator's own system",
        terms="the controller's own privacy notice to candidates",
        terms_read=date(2026, 11, 22),
        fields=(
            *("candidate id", "name", "headline", "company", "location", "published addresses"),
            *("created_at", "last activity", "do not contact"),
        ),
        limits="files only",
        yields="everybody in the dump who has an id or an address",
        default_on=False,
        why_off="imported by hand",
        exposes=(
            "linkedin: claimed",
            "github: claimed",
            "kaggle: claimed",
            "huggingface: claimed",
            "websites: claimed",
        ),
        robots=False,
    )

    def read(self) -> Iterator[Item | LaneState]:
        """One account per candidate; a profile address that several candidates give stays with the first."""
        columns = self.job.columns
        if not columns:
            raise ConfigError(
                f"{self.job.path}: which columns? Name the system (--preset {', '.join(sorted(PRESETS))}) "
                "or map them (--map name=COLUMN --map id=COLUMN …)"
            )
        _people.check_fields(self.name, columns)
        needed: Sequence[Sequence[str]] = [["name", "first_name", "last_name"], ["id", "linkedin", "github", "website"]]
        ids: set[bytes] = set()
        claimed: set[bytes] = set()
        for row in _csv.read(self.job.path, columns, needed, self.settings.encoding, self.job.count):
            person = self._person(row, ids, claimed)
            if person is not None:
                yield person

    def _person(self, row: Row, ids: set[bytes], claimed: set[bytes]) -> Account | None:
        links = _people.links(row, self.job.count)
        number = self._id(row, links)
        if number is None:
            self.job.count("candidate_without_id")
            return None
        if not _new(number, ids, self.job.count, "candidate_twice"):
            return None
        if not links:
            self.job.count("candidate_without_address")
        own = tuple(link for link in links if self._is_free(link, claimed))
        return self._account(row, number, own)

    def _account(self, row: Row, number: str, links: tuple[Link, ...]) -> Account:
        facts = _people.facts(row, self.job.count)
        active = _people.moment(_people.first(row, "last_activity"), self.job.count)
        return Account(
            source=self.name,
            source_id=number,
            handle=number,
            url=self._page(row, number),
            kind=Kind.PERSON,
            created_at=_people.moment(_people.first(row, "created_at"), self.job.count),
            links=links,
            markers={"last_activity": active.date().isoformat()} if active else {},
            observed=frozenset({"kind", "name", "headline", "company", "location", "links", "flags"}),
            origin=self.stamp(),
            **facts | {"flags": tuple(sorted({*facts["flags"], *self._flags(row)}))},
        )

    def _is_free(self, link: Link, claimed: set[bytes]) -> bool:
        """Whether nobody before in the file has this profile: two claimants of one profile prove nothing."""
        key = profile_key(link.url)
        return key is None or _new("/".join(key), claimed, self.job.count, "profile_of_two_candidates")

    def _id(self, row: Row, links: Sequence[Link]) -> str | None:
        """The system's own id; where the dump has none, one made of the first address, the same at each import."""
        given = clean(_people.first(row, "id"), HANDLE)
        if given is None and links:
            given = "address-" + hashlib.sha256((link_key(links[0].url) or links[0].url).encode()).hexdigest()[:16]
        return f"{self.settings.system or self.job.preset or 'ats'}/{given}" if given else None

    def _page(self, row: Row, number: str) -> str:
        given = _people.first(row, "id")
        return self.settings.page.replace("{id}", given) if self.settings.page and given else f"ats:{number}"

    def _flags(self, row: Row) -> Iterator[str]:
        yield ALREADY_KNOWN
        if any(cell.casefold() in _people.YES for cell in row.get("do_not_contact", ())):
            yield NO_RECRUITERS


def _new(text: str, met: set[bytes], count: _people.Count, name: str) -> bool:
    """Whether a text is met for the first time; else it is counted. Digests keep a million of them small."""
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    if digest in met:
        count(name)
        return False
    met.add(digest)
    return True
