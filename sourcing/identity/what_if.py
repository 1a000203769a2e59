"""What other weights or thresholds would do: which joins would appear, which would vanish; nothing is saved."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import tomlkit
from pydantic import ValidationError

from sourcing.identity import reading
from sourcing.identity.batch import batch
from sourcing.identity.model import Model, fit
from sourcing.identity.recording import judgements
from sourcing.identity.scorer import score_rows
from sourcing.identity.settings import Settings, Weights
from storage.errors import ConfigError
from storage.records import Judgement, Record, Verdict
from storage.store import Store


class WhatIf(Record):
    """The difference between two settings on the same accounts and word counts."""

    appear: tuple[Judgement, ...]  # joins only the new settings make
    vanish: tuple[Judgement, ...]  # joins only the present settings make
    joined: int  # pairs the present settings join
    suggested: tuple[int, int]  # pairs worth a look, now and then
    settings: Settings


def what_if(store: Store, present: Settings, changed: Settings, *, now: datetime) -> WhatIf:
    """Compare two settings on the accounts as they are; nothing is written."""
    rows = reading.everybody(store)
    kept = store.identity_model()
    base = Model.model_validate(kept.content) if kept and kept.content else fit(rows, present)
    columns = batch(rows)
    now_, then = (
        judgements(score_rows(columns, base.model_copy(update={"settings": some})), now) for some in (present, changed)
    )
    here, there = _joins(now_), _joins(then)
    return WhatIf(
        appear=tuple(there[pair] for pair in sorted(there.keys() - here.keys())),
        vanish=tuple(here[pair] for pair in sorted(here.keys() - there.keys())),
        joined=len(here),
        suggested=(len(now_) - len(here), len(then) - len(there)),
        settings=changed,
    )


def _joins(rows: Sequence[Judgement]) -> dict[tuple[str, str], Judgement]:
    return {(str(row.left), str(row.right)): row for row in rows if row.verdict is Verdict.SAME}


def changed_settings(present: Settings, changes: Mapping[str, str]) -> Settings:
    """Settings with some values changed, "merge" or "weights.claimed"; ConfigError for a name there is none of."""
    raw = present.model_dump(mode="json")
    for name, text in changes.items():
        section, _, key = name.rpartition(".")
        if section not in ("", "weights") or key not in (raw["weights"] if section else raw) or name == "weights":
            known = [
                *(one for one in Settings.model_fields if one != "weights"),
                *(f"weights.{w}" for w in Weights.model_fields),
            ]
            raise ConfigError(f"no setting {name!r} of identity; there are: {', '.join(known)}")
        (raw["weights"] if section else raw)[key] = text
    try:
        return Settings.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigError(
            f"identity {'.'.join(map(str, first['loc']))} = {first['input']!r}: {first['msg']}"
        ) from error


def read_changes(texts: Sequence[str]) -> dict[str, str]:
    """ "merge=0.99" as a mapping; ConfigError for a text without "="."""
    parts = [text.partition("=") for text in texts]
    for text, (key, _, value) in zip(texts, parts, strict=True):
        if not key or not value:
            raise ConfigError(f"{text!r} is no setting; write it as KEY=VALUE, for example merge=0.9995")
    return {key.strip(): value.strip() for key, _, value in parts}


def save_settings(path: Path, changes: Mapping[str, str], settings: Settings) -> None:
    """Write changed settings into the settings file; its comments and everything else stay."""
    text = tomlkit.parse(path.read_text("utf-8"))
    section = text.setdefault("identity", tomlkit.table())
    values = settings.model_dump(mode="json")
    for name in changes:
        part, _, key = name.rpartition(".")
        if part:
            section.setdefault("weights", tomlkit.table())[key] = values["weights"][key]
        else:
            section[key] = values[key]
    path.write_text(tomlkit.dumps(text), "utf-8")
