"""LinkedIn connections from the user's own data export, and any CSV with a column of profile addresses.

No address of LinkedIn is ever asked, not even whether it exists: the normalised address is an identifier, by which
an account elsewhere that publishes it is the same person. A connection is marked with the flag `connection` on the
imported account. A flag, because it goes with the account when leads are joined or parted, and no night overwrites
it; a status would be the sourcer's own word about a lead, which an import must not change.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import ClassVar

from pydantic import Field

from sourcing.imports import _csv, _people
from sourcing.imports._csv import Row
from sourcing.imports._kind import Columns, FileKind, Settings
from spiders._card import Card
from storage.records import Account, Item, Kind, LaneState

CONNECTIONS: Columns = {
    "first_name": ("First Name",),
    "last_name": ("Last Name",),
    "linkedin": ("URL",),
    "company": ("Company",),
    "headline": ("Position",),
    "connected_on": ("Connected On",),
}
CONNECTION, IMPORTED = "connection", "imported"


class LinkedInSettings(Settings):
    """Settings of the import of LinkedIn files."""

    encoding: str = Field("utf-8", description="encoding of the file, where it is not UTF-8 (cp1252 …)")


class LinkedIn(FileKind[LinkedInSettings]):
    """Connections.csv of one's own data export; with a map, any CSV that has profile addresses."""

    name = "linkedin"
    settings_model: ClassVar[type[Settings]] = LinkedInSettings
    presets: ClassVar[Mapping[str, Columns]] = {"connections": CONNECTIONS}
    takes_map = True
    card = Card(
        title="LinkedIn",
        method="import of the user's own Connections.csv, or of a CSV the user may use; no request, ever",
        terms="https://www.linkedin.com/legal/user-agreement",
        terms_read=date(2026, 11, 22),
        fields=("profile address", "name", "headline", "company", "location", "connected_on"),
        limits="files only; the user agreement forbids fetching by any means",
        yields="the user's own connections",
        default_on=False,
        why_off="imported by hand by the person whose contacts they are, who answers for their data",
        robots=False,
    )

    def read(self) -> Iterator[Item | LaneState]:
        """One account per person with a profile address; who has none cannot be told from a namesake."""
        own = not self.job.columns or self.job.preset == "connections"
        columns = {**CONNECTIONS, **self.job.columns} if own else self.job.columns
        _people.check_fields(self.name, columns)
        met: set[str] = set()
        needed = [["linkedin"], ["name", "first_name", "last_name", "headline", "company"]]
        for row in _csv.read(self.job.path, columns, needed, self.settings.encoding, self.job.count):
            person = self._person(row, CONNECTION if own else IMPORTED)
            if person is not None and person.source_id in met:
                self.job.count("person_twice")
            elif person is not None:
                met.add(person.source_id)
                yield person

    def _person(self, row: Row, flag: str) -> Account | None:
        address = _people.first(row, "linkedin")
        who, url = _people.linkedin_id(address), _people.linkedin_address(address)
        if who is None or url is None:
            self.job.count("no_profile_address" if not address else "address_of_no_person")
            return None
        facts = _people.facts(row, self.job.count)
        since = _people.moment(_people.first(row, "connected_on"), self.job.count)
        return Account(
            source=self.name,
            source_id=who,
            handle=who,
            url=url,
            kind=Kind.PERSON,
            markers={"connected_on": since.date().isoformat()} if since else {},
            observed=frozenset({"kind"}),
            origin=self.stamp(),
            **facts | {"flags": (flag, *facts["flags"])},
        )
