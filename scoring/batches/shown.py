"""Which skills rows of work and profiles show, and how well all rows of a lead cover each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any

import numpy as np
import polars as pl

from scoring.batches.rows import ACCOUNTS, EVIDENCE, columns, tidied
from scoring.columns.coverage import covered_pairs
from scoring.columns.work import Claim, Items, Piece, Reader
from scoring.heard import heard_text
from scoring.reading import Setting
from scoring.roles import Role
from scoring.skills.matcher import OTHERS_WORK

ITEMS = columns(
    {
        "lead": pl.String,
        "id": pl.String,  # of the evidence, or of the account whose profile claims it
        "skill": pl.String,
        "source": pl.String,
        "level": pl.Int64,
        "worth": pl.Float64,  # strength · recency · match · multiplier of the source
        "same": pl.Int64,  # hash of the text, which counts once; null without one
    }
)
COVERAGE = columns({"lead": pl.String, "skill": pl.String, "value": pl.Float64, "level": pl.Int64, "items": pl.Int64})
_WORK = columns(
    {
        name: EVIDENCE[name]
        for name in (
            *("lead", "id", "source", "kind", "level", "event_at", "origin", "url", "title", "text"),
            *("tags", "packages", "files", "unranked"),
        )
    }
)
_PROFILES = columns({name: ACCOUNTS[name] for name in ("lead", "source", "source_id", "headline", "bio")})


@dataclass
class Reading:
    """What rows are read with; built where it runs, and does not travel."""

    role: Role
    now: datetime
    _setting: Setting | None = field(default=None, init=False, repr=False, compare=False)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_setting": None}

    @property
    def setting(self) -> Setting:
        """Role, time and matcher."""
        if self._setting is None:
            self._setting = Setting(self.role, self.now)
        return self._setting


def shown(batch: Any, reading: Reading) -> pl.DataFrame:
    """A row of ITEMS per piece of work and skill it shows."""
    work = tidied(batch, _WORK, "evidence").filter(~(pl.col("unranked") & (pl.col("kind") == "competition")))
    reader = Reader(reading.setting)
    texts: list[int | None] = []
    for number, row in enumerate(work.iter_rows(named=True)):
        piece = _piece(row)
        # Every row is a "lead" of its own to the reader, so that nothing hangs on who else is in the batch.
        reader.add(str(number), [piece], ())
        others = piece.kind in OTHERS_WORK
        title, text = heard_text(piece.title) or "", heard_text(piece.text)
        texts.append(_text_key(f"{title}\n{text}" if others else text) if text else None)
    return _items(reader, work, pl.Series(texts, dtype=pl.Int64))


def claimed(batch: Any, reading: Reading) -> pl.DataFrame:
    """A row of ITEMS per profile and skill it claims."""
    told = pl.concat_str(
        *(pl.col(name).replace("", None) for name in ("headline", "bio")), separator="\n", ignore_nulls=True
    )
    named = pl.concat_str("source", "source_id", separator=":")
    profiles = tidied(batch, _PROFILES, "accounts").select("lead", "source", id=named, told=told)
    profiles = profiles.filter(pl.col("told") != "")
    reader = Reader(reading.setting)
    for number, (_, source, name, text) in enumerate(profiles.iter_rows()):
        reader.add(str(number), (), [Claim(name, source, text)])
    return _items(reader, profiles, pl.Series([None] * len(profiles), dtype=pl.Int64))


def covered(items: pl.DataFrame) -> pl.DataFrame:
    """All items of some leads in, coverage of every skill they show out, by lead and skill.

    What counts is chosen strongest first, equals by their ids: the order is made here, so the way here has none.
    """
    ordered = tidied(items, ITEMS, "items").sort("lead", "id", "skill")
    if not len(ordered):
        return pl.DataFrame(schema=COVERAGE)
    lead, leads = _numbers(ordered["lead"])
    skill, skills = _numbers(ordered["skill"])
    source, _ = _numbers(ordered["source"])
    same, _ = _numbers(ordered["same"])
    held = Items(lead, skill, source, ordered["level"].to_numpy(), ordered["worth"].to_numpy(), same)
    pair, value, level, count = covered_pairs(held, len(skills))
    at, which = np.divmod(pair, len(skills))
    named = {"lead": leads.gather(at), "skill": skills.gather(which)}
    return pl.DataFrame({**named, "value": value, "level": level, "items": count}, schema=COVERAGE)


def _numbers(texts: pl.Series) -> tuple[Any, pl.Series]:
    """Values as numbers in their own order, −1 for none; and the different values."""
    different = texts.drop_nulls().unique().sort()
    known = different.alias("it").to_frame().with_row_index("at")
    found = texts.alias("it").to_frame().join(known, on="it", how="left", maintain_order="left")["at"]
    return found.cast(pl.Int64).fill_null(-1).to_numpy(), different


def _items(reader: Reader, rows: pl.DataFrame, texts: pl.Series) -> pl.DataFrame:
    work = reader.work()
    found = work.items
    skills = pl.Series(work.skills, dtype=pl.String)
    return pl.DataFrame(
        {
            "lead": rows["lead"].gather(found.lead),
            "id": rows["id"].gather(found.lead),
            "skill": skills.gather(found.skill),
            "source": rows["source"].gather(found.lead),
            "level": found.level,
            "worth": found.worth,
            "same": texts.gather(found.lead),
        },
        schema=ITEMS,
    )


def _piece(row: Mapping[str, Any]) -> Piece:
    lists = (tuple(row[name] or ()) for name in ("tags", "packages", "files"))
    said = {name: row[name] for name in ("id", "source", "kind", "level", "event_at", "url", "title", "text")}
    tags, packages, files = lists
    return Piece(**said, seen_at=row["origin"]["seen_at"], tags=tags, packages=packages, files=files)


def _text_key(text: str) -> int:
    """Eight bytes that stand for a text everywhere and always."""
    return int.from_bytes(blake2b(text.encode(errors="replace"), digest_size=8).digest(), "big", signed=True)
