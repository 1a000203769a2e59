"""An installation with many invented leads: accounts, work and receipts written in bulk, prepared by the product."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from bench.report import seconds
from scoring.engine import Scorer
from scoring.roles import Role, find_role
from sourcing.config import Config, Controller, load
from sourcing.desk.prepared import prepare
from sourcing.installation import create
from storage.records import Account, AccountKey, Evidence, Kind, Lead, Level, Origin, Part, Receipt
from storage.store import Store
from storage.store._judged.features import counted
from storage.store._judged.scores import row_hash
from storage.store._sql import add_to_counter, batches
from storage.tables import receipt

NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)
ROLE = "mle"
WORK = 8  # pieces per lead
BATCH = 1_000
SECTIONS = ("ranked",) * 17 + ("too_little_evidence",) * 3
PLACES = ("Berlin, Germany", "Lisbon, Portugal", "Warsaw, Poland", "São Paulo, Brazil", "Toronto", "Pune, India", None)
SOURCES = ("github", "github", "github", "kaggle", "huggingface", "stackexchange")
TOOLS = (
    "pytorch",
    "kubernetes",
    "docker",
    "spark",
    "rust",
    "onnx",
    "airflow",
    "mlflow",
    "jax",
    "triton",
    "sklearn",
    "ray",
)
NOUNS = (
    *(
        "training",
        "serving",
        "pipeline",
        "retrieval",
        "ranking",
        "forecast",
        "speech",
        "vision",
        "tabular",
        "benchmark",
    ),
    *(
        "notebook",
        "cluster",
        "compiler",
        "evaluation",
        "monitoring",
        "feature",
        "store",
        "tokenizer",
        "agent",
        "search",
    ),
)
RARE = tuple(f"{left}{right}" for left in NOUNS for right in NOUNS)


def installation(folder: Path, leads: int) -> tuple[Config, float]:
    """Make an installation with that many leads scored for one role; gives it and the seconds preparing took."""
    config = unscored(folder, leads)
    role = find_role(ROLE, config.roles_folder)
    with Store.open(config.database_url) as store:
        write_receipts(store, role, leads)
        took = seconds(lambda: prepare(store, [role]))
    return config, took


def unscored(folder: Path, leads: int) -> Config:
    """Make an installation with that many leads nobody has scored yet."""
    create(folder, Controller(name="Bench", contact="bench@sourcing.example", purpose="measuring"))
    config = load(folder)
    with Store.open(config.database_url) as store:
        for some in batches(range(1, leads + 1), BATCH):
            people = [_account(number) for number in some]
            store.save([*people, *(work for number in some for work in _work(number))])
            store.arrange({one.key: _id(int(one.source_id)) for one in people}, at=NOW)
    return config


def _id(number: int) -> str:
    return f"L{number:06d}"


def _source(number: int) -> str:
    return SOURCES[number % len(SOURCES)]


def _account(number: int) -> Account:
    chance = random.Random(number)
    handle, source = f"dev-{number:06d}", _source(number)
    return Account(
        source=source,
        source_id=str(number),
        handle=handle,
        url=f"https://{source}.example/{handle}",
        kind=Kind.PERSON,
        name=f"Person {number}",
        headline=f"{chance.choice(NOUNS)} engineer",
        bio=f"{' '.join(chance.choices(NOUNS, k=10))} {chance.choice(RARE)}",
        location=chance.choice(PLACES),
        company=f"Example {number % 997}",
        open_to_work=True if number % 9 == 0 else None,
        flags=("no_recruiters",) if number % 101 == 0 else (),
        origin=Origin(source=source, url=f"https://api.{source}.example", seen_at=NOW, spider=f"{source}/1"),
    )


def _work(number: int) -> Iterator[Evidence]:
    chance = random.Random(-number)
    source = _source(number)
    for at in range(WORK):
        # Half of all work goes into places many share, as in the world.
        subject = random.Random(chance.randrange(5_000) if at % 2 else number * WORK + at)
        tools = tuple(subject.sample(TOOLS, 2))
        yield Evidence(
            account=AccountKey(source, str(number)),
            source_id=str(at),
            kind="repository" if at % 2 == 0 else "merged_change",
            url=f"https://{source}.example/dev-{number:06d}/{at}",
            title=f"{subject.choice(NOUNS)}-{subject.choice(NOUNS)}",
            text=f"{' '.join(subject.choices(NOUNS, k=24))} with {tools[0]} and {subject.choice(RARE)}",
            event_at=NOW - timedelta(days=chance.randrange(2_000)),
            level=Level(chance.choice((2, 3, 3, 4))),
            tags=tools,
            packages=tools[:1],
            origin=Origin(source=source, url=f"https://api.{source}.example", seen_at=NOW, spider=f"{source}/1"),
        )


def write_receipts(store: Store, role: Role, leads: int) -> None:
    """Write a receipt of invented numbers for every lead, of the form the product's own scorer gives."""
    form = Scorer(role, NOW).score(_lead(1))
    for some in batches(range(1, leads + 1), BATCH):
        rows = [_row(form, number) for number in some]
        with store._write() as connection:  # noqa: SLF001  # millions of records would be made and thrown away
            connection.execute(insert(receipt), rows)
            add_to_counter(connection, counted(role.role), len(rows))


def _lead(number: int) -> Lead:
    return Lead(
        id=_id(number), accounts=(_account(number),), evidence=tuple(_work(number)), first_seen=NOW, last_changed=NOW
    )


def _row(form: Receipt, number: int) -> dict[str, object]:
    chance = random.Random(f"receipt {number}")
    talent = chance.betavariate(2, 3)
    parts = [_part(part, chance, talent, number) for part in form.parts]
    total = min(1.0, sum(part["contribution"] for part in parts))
    row: dict[str, object] = {
        "lead": _id(number),
        "role": form.role,
        "role_version": form.role_version,
        "digest": form.digest,
        "scored_at": NOW,
        "total": total,
        "low": max(0.0, total - 0.05),
        "high": min(1.0, total + 0.05),
        "coverage": sum(part["weight"] * part["confidence"] for part in parts),
        "parts": parts,
        "penalties": [],
        "section": "restricted" if number % 101 == 0 else chance.choice(SECTIONS),
    }
    return row | {"night": None, "latest": True, "hash": row_hash(row), "checked_at": NOW}


def _part(part: Part, chance: random.Random, talent: float, number: int) -> dict[str, Any]:
    value = min(1.0, max(0.0, chance.gauss(talent, 0.2)))
    confidence = chance.choice((0.25, 0.5, 0.75, 1.0))
    effective = confidence * value + (1 - confidence) * part.neutral
    work = f"{_source(number)}:{number}/repository/{chance.randrange(0, WORK, 2)}"
    return part.model_dump() | {
        "value": value,
        "confidence": confidence,
        "effective": effective,
        "contribution": part.weight * effective,
        "reason": f"invented: {value:.2f} of what is asked",
        "evidence": [work],
        "missing": [],
    }
