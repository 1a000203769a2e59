"""Invented people as tables in a folder, and tables compared bit by bit."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Any

import numpy as np
import polars as pl

from scoring import batches
from sourcing.engine.folder import Draft, Folder
from sourcing.identity.facts import facts
from sourcing.identity.model import Model, fit
from sourcing.identity.settings import Settings
from sourcing.identity.shards import facts_table
from storage.records import Account, Claim, Evidence, Lead, Level, Link
from tests.cases.scoring_people import NOW, account, lead, work

FIRST = ("Ada", "Bo", "Cy", "Dana", "Eli", "Faye", "Gus", "Hana")
LAST = ("Quill", "Sandoval", "Okafor", "Lindqvist", "Ito", "Marsh")
SOURCES = ("github", "kaggle", "huggingface")
TEXTS = ("Training with PyTorch on Kubernetes", "MLflow, Docker and Airflow", "pandas and SQL", "gardening", None)
KINDS = ("repository", "merged_change", "notebook", "paper", "competition", "post")


def person(number: int, chance: Random) -> Lead:
    """Somebody with one to three accounts and some work."""
    first, last = chance.choice(FIRST), chance.choice(LAST)
    handle = f"{first}{last}{number % 40}".lower()
    own = chance.sample(SOURCES, chance.randint(1, 3))
    accounts = tuple(_account(source, number, handle, f"{first} {last}", own, chance) for source in own)
    return lead(
        *(_work(number, at, chance.choice(accounts), chance) for at in range(chance.randint(0, 9))), accounts=accounts
    ).model_copy(update={"id": f"L{number:06d}"})


def _account(source: str, number: int, handle: str, name: str, own: Sequence[str], chance: Random) -> Account:
    links = tuple(
        Link(url=f"https://{_SITES[other]}/{handle}", claim=Claim.CLAIMED, field="website")
        for other in own
        if other != source and chance.random() < 0.5
    )
    return account(
        source,
        str(number),
        handle=handle,
        name=name,
        location=chance.choice(["Berlin", "Paris, France", "nowhere", None]),
        headline=chance.choice(["ML engineer, PyTorch", None, "data, Docker"]),
        flags=chance.choice([(), (), ("progression_opt_out",), ("no_recruiters",)]),
        figures={"followers": float(chance.randint(0, 5000))},
    ).model_copy(update={"links": links})


_SITES = {"github": "github.com", "kaggle": "www.kaggle.com", "huggingface": "huggingface.co"}


def _work(number: int, at: int, of: Account, chance: Random) -> Evidence:
    return work(
        f"{number}-{at}",
        chance.choice(KINDS),
        source=of.source,
        of=of.source_id,
        title=chance.choice(["thing", "pytorch", "a docker image"]),
        text=chance.choice(TEXTS),
        months=chance.choice([None, 0.0, 1.0, 13.0, 30.0, 400.0, -2.0]),
        level=chance.choice(list(Level)),
        tags=chance.choice([(), ("pytorch",), ("Python", "docker")]),
        packages=chance.choice([(), ("torch",), ("mlflow", "pandas")]),
    )


def people(count: int, seed: int = 7) -> list[Lead]:
    """So many people, the same for the same seed."""
    chance = Random(seed)
    return [person(number, chance) for number in range(count)]


def written(address: str, found: Sequence[Lead], parts: int = 4, seed: int = 1) -> Folder:
    """A folder as `dump` writes it, its rows in another order and cut into so many parts."""
    target = Draft(address)
    accounts = [batches.account_row(one.id, account) for one in found for account in one.accounts]
    work = [batches.evidence_row(one.id, item, unranked=_unranked(one, item)) for one in found for item in one.evidence]
    known = [facts(account) for one in found for account in one.accounts]
    tables = {
        "accounts": pl.DataFrame(accounts, schema=batches.ACCOUNTS, orient="row"),
        "evidence": pl.DataFrame(work, schema=batches.EVIDENCE, orient="row"),
        "facts": facts_table(known),
    }
    for name, rows in tables.items():
        order = Random(seed).sample(range(len(rows)), len(rows))
        for at in range(parts):
            target.write(name, rows[order[at::parts]])
    model: Model = fit(known, Settings())
    target.write("model", pl.DataFrame({"content": [model.model_dump_json()]}))
    target.finish(at=(NOW - timedelta(days=1)).isoformat(), kind="dump")
    return Folder(address)


def _unranked(one: Lead, item: Evidence) -> bool:
    return any(a.key == item.account and "progression_opt_out" in a.flags for a in one.accounts)


def table(folder: Folder, name: str) -> pl.DataFrame:
    """All rows of a table."""
    return pl.concat(folder.frames(name))


def bits(frame: pl.DataFrame) -> list[Any]:
    """All rows in order; doubles as the whole numbers their bits are."""
    return sorted((_bits(row) for row in frame.rows()), key=repr)


def _bits(value: Any) -> Any:
    if isinstance(value, float):
        return int(np.float64(value).view(np.int64))
    if isinstance(value, list | tuple):
        return [_bits(one) for one in value]
    return {name: _bits(one) for name, one in value.items()} if isinstance(value, dict) else value
