"""ORCID's yearly public data file: records of people whose ORCID an account already names, and of nobody else.

The public interface of ORCID is for non-commercial use and not asked; the file is free for every purpose (CC0).
"""

import tarfile
import zlib
from collections.abc import Iterator
from datetime import date
from typing import ClassVar

from sourcing.imports._kind import FileKind, Settings
from spiders._card import Card
from spiders._linked import linked_handles
from spiders._research import orcid_file
from storage.errors import ConfigError
from storage.records import Item, LaneState


class Orcid(FileKind[Settings]):
    """ORCID_YYYY_MM_summaries.tar.gz, read in one pass; nothing of it is unpacked to disk."""

    name = "orcid"
    settings_model: ClassVar[type[Settings]] = Settings
    card = Card(
        title="ORCID",
        method="import of the yearly public data file; the public interface is never asked",
        terms="https://info.orcid.org/public-data-file-use-policy/",
        terms_read=date(2026, 11, 22),
        fields=("handle", "name", "bio", "headline: keywords", "location: country", "links"),
        limits="files only; the public interface is for non-commercial use",
        yields="one record per ORCID that an account names; about one in four holds addresses",
        default_on=False,
        why_off="a file of many gigabytes, fetched and imported by hand once a year",
        fresh_days=400,
        exposes=("addresses the person entered: claimed", "identifiers of other systems: mentioned"),
        robots=False,
    )

    def read(self) -> Iterator[Item | LaneState]:
        """Records of the wanted, in the order of the file; ConfigError if it is no tar file or is cut off."""
        wanted = {handle.upper() for handle in linked_handles(self.job.store, self.name, ())}
        self.job.count("orcid_wanted", len(wanted))
        found: set[str] = set()
        try:
            for account in orcid_file.accounts(self.job.path, wanted, seen_at=self.job.now, count=self.job.count):
                found.add(account.source_id)
                yield account
        except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
            raise ConfigError(
                f"{self.job.path}: not a whole tar file ({error}); fetch ORCID's summaries file again"
            ) from error
        self.job.count("orcid_not_in_file", len(wanted - found))
