"""Meta Kaggle, the official dump: ranked people and experts, and the medals of their teams. File by file, streaming.

The order is that of the need: achievements say who is kept, users say who that is, teams with a medal and their
members say what was won, tags say in what. 25 million users and 100 million achievements pass through as blocks.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime
from pathlib import Path
from typing import ClassVar

import polars as pl
from pydantic import Field

from sourcing.imports import _download
from sourcing.imports._blocks import BrokenFileError
from sourcing.imports._kind import FileKind, Settings
from sourcing.imports._meta_kaggle import kept, medals, people
from sourcing.imports._meta_kaggle.people import Dump, Met
from sourcing.imports._tables import Table, find_table, scan
from spiders._card import Card
from storage.errors import ConfigError
from storage.records import Gone, Item, LaneState, Origin

NEEDED = ("UserAchievements", "Users")
OF_TEAMS = ("Teams", "TeamMemberships", "Competitions")
OF_TAGS = ("CompetitionTags", "Tags")
LATEST = "latest"  # in place of a path: fetch the tables first
TOKEN = "KAGGLE_API_TOKEN"  # noqa: S105  the name of a variable
BELIEVED = 20  # people who may have left at once, or a tenth of those we know
_ALL = pl.lit(value=True)


class MetaKaggleSettings(Settings):
    """Settings of the import of Meta Kaggle."""

    tier: int = Field(2, ge=2, le=4, description="lowest tier kept: 2 expert, 3 master, 4 grandmaster; ranked always")
    max_rows: int = Field(
        200_000, ge=1, description="achievements kept at most (what 300 MiB of memory hold); beyond, the bar rises"
    )
    made: date | None = Field(None, description="day the dump was made (2026-11-20); default: the date of its files")
    site: str = Field("https://www.kaggle.com", description="where people read the profiles")
    files: str = Field(
        "https://www.kaggle.com/api/v1/datasets/download/kaggle/meta-kaggle?fileName={file}",
        description="address of one file of the data set, for `latest`",
    )


class MetaKaggle(FileKind[MetaKaggleSettings]):
    """The tables of the data set kaggle/meta-kaggle: a folder, or the archive with all of them."""

    name = "meta_kaggle"
    settings_model: ClassVar[type[Settings]] = MetaKaggleSettings
    card = Card(
        title="Meta Kaggle",
        method="import of the official data set kaggle/meta-kaggle; files fetched with the operator's own token",
        terms="https://www.kaggle.com/datasets/kaggle/meta-kaggle",
        terms_read=date(2026, 11, 22),
        fields=(
            *("handle", "name", "country", "created_at", "tier", "rankings", "points", "numbers of medals"),
            *("competition results of teams with a medal: rank, medal, team size", "tags of competitions"),
        ),
        limits="one file at a time, weekly at most; the dump is refreshed daily",
        yields="tens of thousands of ranked people and experts, some sixty thousand teams with a medal",
        default_on=False,
        why_off="imported by hand; the licence of the data set (Apache 2.0 from memory) must be read first",
        expected_accounts=10_000,
        fresh_days=7,
        needs_token=True,
        robots=False,
    )

    def read(self) -> Iterator[Item | LaneState]:
        """Everything kept of the dump."""
        self.place = self._fetched() if str(self.job.path) == LATEST else self.job.path
        tables = self._tables()
        made = _made(self.settings.made, tables.values(), self.job.now)
        self.dump = Dump(made, self.job.now, self.settings.site)
        self.met = {
            int(known.account.source_id): Met.known(known)
            for known in self.job.store.known(people.SOURCE)
            if known.account.source_id.isdecimal() and known.gone_at is None
        }
        achieved = self._achievements(tables["UserAchievements"])
        users = set(achieved["UserId"])
        yield from self._people(tables["Users"], achieved, users)
        if all(name in tables for name in OF_TEAMS):
            yield from self._results(tables, users)

    def _tables(self) -> dict[str, Table]:
        if not self.place.exists():
            raise ConfigError(f"{self.place}: not there; name a folder with the tables, their archive, or `{LATEST}`")
        found = {name: table for name in (*NEEDED, *OF_TEAMS, *OF_TAGS) if (table := find_table(self.place, name))}
        missing = [name for name in NEEDED if name not in found]
        if missing:
            raise ConfigError(
                f"{self.place}: no {' and no '.join(f'{name}.csv' for name in missing)}; "
                f"fetch them from the data set kaggle/meta-kaggle or import `{LATEST}`"
            )
        for name in (*OF_TEAMS, *OF_TAGS):
            if name not in found:
                self.job.count(f"left_out:{name}")
                self.job.findings.append(f"no {name}.csv: {'tags' if name in OF_TAGS else 'team medals'} left out")
        return found

    def _achievements(self, table: Table) -> pl.DataFrame:
        rows = self._scan(table, kept.COLUMNS, kept.wanted(self.settings.tier), keys=kept.KEYS)
        found = kept.gather(rows, self.settings.max_rows, self.job.count)
        if not found.height:
            self.job.count("table_empty:UserAchievements")
            self.job.findings.insert(0, "nobody in UserAchievements.csv is ranked or an expert: is the file whole?")
        return found

    def _people(self, table: Table, achieved: pl.DataFrame, users: set[int]) -> Iterator[Item]:
        """The people kept; those the Store knows and the dump does not hold any more have left Kaggle."""
        asked = pl.concat([achieved["UserId"], pl.Series(list(self.met), dtype=pl.Int64)]).unique()
        seen: set[int] = set()
        for block in self._scan(
            table, people.COLUMNS, pl.col("Id").is_in(asked.implode()), keys=people.KEYS, optional=people.OPTIONAL
        ):
            seen.update(block["Id"])
            figures = kept.figures_of(achieved.join(block.select("Id"), left_on="UserId", right_on="Id", how="semi"))
            for row in block.iter_rows(named=True):
                if row["Id"] in users:
                    yield from self._person(row, figures.get(row["Id"], {}))
        self.job.count("achievements_of_nobody", len(users - seen))
        if not any(name.startswith(("broken", "line_too_long", "ragged", "unreadable")) for name in self.job.counters):
            yield from self._left(self.met.keys() - seen)

    def _left(self, missing: AbstractSet[int]) -> Iterator[Gone]:
        """Who is not in the dump any more; so many at once are a dump that was cut, not people who left."""
        if len(missing) > max(BELIEVED, len(self.met) // 10):
            self.job.count("too_many_gone", len(missing))
            self.job.findings.insert(0, f"{len(missing)} people we know are not in Users.csv: is the file whole?")
            return
        yield from (self._gone(user) for user in sorted(missing))

    def _person(self, row: Mapping[str, object], figures: Mapping[str, float]) -> Iterator[Item]:
        met = self.met.get(int(str(row["Id"])))
        if met is not None and self.dump.told_before(met):
            self.job.count("imported_before")
            return
        account = people.account(row, figures, met, self.dump, self._stamp, self.job.count)
        if account is not None:
            yield account

    def _gone(self, user: int) -> Gone:
        return Gone(account=people.key(user), reason="not_found", origin=self._stamp("", self.dump.made))

    def _results(self, tables: Mapping[str, Table], users: set[int]) -> Iterator[Item]:
        teams = pl.concat(
            [pl.DataFrame(schema=medals.TEAMS), *self._scan(tables["Teams"], medals.TEAMS, medals.WITH_MEDAL)]
        )
        members = medals.members_of(self._scan(tables["TeamMemberships"], medals.MEMBERS), teams)
        tags = {}
        if all(name in tables for name in OF_TAGS):
            links = self._scan(tables["CompetitionTags"], medals.COMPETITION_TAGS)
            tags = medals.tags_of(links, self._scan(tables["Tags"], medals.TAGS))
        rows = self._scan(tables["Competitions"], medals.COMPETITIONS, optional=("HostSegmentTitle", "TotalTeams"))
        held = medals.Medals(teams, members, medals.competitions_of(rows, tags, self.job.count))
        yield from held.results(users, self.met, self.settings.site, self._stamp, self.job.count)

    def _scan(
        self,
        table: Table,
        columns: Mapping[str, pl.DataType],
        where: pl.Expr = _ALL,
        *,
        keys: Sequence[str] = (),
        optional: Sequence[str] = (),
    ) -> Iterator[pl.DataFrame]:
        keys = keys or (next(iter(columns)),)
        told = self._progress(table)
        try:
            yield from scan(table, columns, where, self.job.count, keys=list(keys), optional=optional, told=told)
        except BrokenFileError as error:
            self.job.count(f"broken_file:{table.name}")
            self.job.findings.insert(0, f"{error.detail}; what came before was read, fetch the file again")

    def _progress(self, table: Table) -> Callable[[int], None]:
        said = -1

        def told(done: int) -> None:
            nonlocal said
            share = min(99, 100 * done // max(1, table.bytes))
            if share // 10 != said // 10:
                said = share
                self.job.progress(f"{table.file}: {share} %")

        return told

    def _stamp(self, url: str, at: datetime | None = None) -> Origin:
        """Facts belong to the source Kaggle; that the dump told them, the spider's name says."""
        return self.stamp(url, at=at).model_copy(update={"source": people.SOURCE})

    def _fetched(self) -> Path:
        folder = self.job.config.folder / "downloads" / self.name
        return _download.tables(
            folder,
            {f"{name}.csv": self.settings.files.format(file=f"{name}.csv") for name in (*NEEDED, *OF_TEAMS, *OF_TAGS)},
            token_env=TOKEN,
            config=self.job.config,
            progress=self.job.progress,
        )


def _made(given: date | None, tables: Iterable[Table], now: datetime) -> datetime:
    day = datetime(given.year, given.month, given.day, tzinfo=UTC) if given else max(table.dated for table in tables)
    return min(day, now)
