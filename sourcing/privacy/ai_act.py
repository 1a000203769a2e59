"""The documents the AI Act asks of a high-risk system (Annex III 4(a): finding and ranking people for work).

Regulation (EU) 2024/1689, Articles 9 to 15, 26 and 50. Duties of Annex III systems apply from 2 December 2027 after the
Digital Omnibus on AI; the Official Journal is the place to check that. Not legal advice.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from sourcing import __version__
from sourcing.config import Config
from sourcing.export.files import durable
from sourcing.privacy.legal import Processing, processing
from storage.errors import ConfigError
from storage.store import Store

HIGH_RISK = date(2027, 12, 2)
NOT_MEASURED = "not measured here"
# What the figures of the quality benches are read from: the file, and what it measures.
BENCHES = {"scoring": "ranking", "identity": "joining accounts", "crawl": "crawling", "search": "search"}
DUTIES = (
    (date(2025, 2, 2), "AI literacy of everybody who uses it (Article 4): train the sourcers, note when"),
    (date(2026, 8, 2), "tell people that they deal with an AI system where they do (Article 50)"),
    (HIGH_RISK, "risk management, data governance, technical documentation, log, accuracy (Articles 9 to 15)"),
    (HIGH_RISK, "human oversight by named, trained people (Articles 14 and 26(2)): name them"),
    (HIGH_RISK, "tell workers' representatives and the people ranked (Article 26(7) and 26(11))"),
    (HIGH_RISK, "keep the log at least six months (Article 26(6)): here it is never shortened"),
    (HIGH_RISK, "conformity assessment, declaration, registration (Articles 43, 47, 49), by whoever is the provider"),
)


def write(store: Store, config: Config, folder: Path, *, figures: Path, now: datetime) -> list[Path]:
    """Write the documents; ConfigError without a controller, or if the folder is a file."""
    config.require_controller()
    if folder.exists() and not folder.is_dir():
        raise ConfigError(f"{folder}: is a file; name a folder")
    record = processing(store, config, now=now)
    parts = {
        "1-purpose": _purpose(record),
        "2-data-and-limits": _data(record),
        "3-figures": _figures(figures),
        "4-oversight": _oversight(store, config),
        "5-instructions": _instructions(record),
        "6-changes": _changes(store, config),
        "7-open-duties": _duties(now),
        "8-for-people-ranked": _for_people(record),
    }
    head = f"Made {now:%Y-%m-%d} by sourcing-crawler {__version__} for {record.controller}. Not legal advice.\n"
    made = [durable(folder / f"{name}.md", _page(name, head, lines).encode()) for name, lines in parts.items()]
    store.log_action("legal.ai_act", by=record.controller, at=now, detail={"files": [path.name for path in made]})
    return made


def _page(name: str, head: str, lines: Sequence[str]) -> str:
    title = name.partition("-")[2].replace("-", " ").capitalize()
    return "\n".join([f"# {title}", "", head, *lines, ""])


def _purpose(record: Processing) -> list[str]:
    return [
        f"Intended purpose: {record.purpose}",
        "",
        "It finds people by their public technical work, joins their accounts and orders them by published rules.",
        "A sourcer so reads the likeliest first. It is meant for people who decide themselves whom to write to.",
        "",
        "Misuse, which the product does not support and the controller has to prevent:",
        "",
        "- rejecting or hiring by the score; nothing in the product sets a status by a score",
        "- taking the score for ability, character or health, or for people who have applied",
        "- sending unsolicited mass messages; the product sends no messages to people",
        "- looking for protected traits, or for anybody's private life",
        "- handing lists on without purpose, notice or a date of deletion",
    ]


def _data(record: Processing) -> list[str]:
    people = f"{record.accounts} accounts of {record.leads} people; {record.pool} of them in the pool."
    return [
        people,
        "",
        "| source | method | fields kept | accounts |",
        "|---|---|---|---|",
        *(f"| {one.title} | {one.method} | {', '.join(one.fields)} | {one.accounts} |" for one in record.sources),
        "",
        f"Never stored: {', '.join(record.never_stored)}.",
        "",
        "Limits: public work is a small and uneven part of what people do. Who works in closed repositories, has",
        "little free time or uses other sites is seen less; unknown counts as neutral and is said. Texts are read in",
        "some languages better than in others. Two accounts of one person may stay apart; a wrong join can be undone.",
        "",
        "No model is trained on people's data but weights a sourcer asks for; scores are sums that can be replayed.",
    ]


def _figures(folder: Path) -> list[str]:
    lines = ["Figures of the benches run on this machine, each beside its target.", ""]
    for name, what in BENCHES.items():
        lines += [f"## {what.capitalize()}", "", *_bench(folder / f"{name}.json"), ""]
    return lines


def _bench(path: Path) -> list[str]:
    try:
        rows = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return [f"{NOT_MEASURED}: no readable {path.name}"]
    if not isinstance(rows, list) or not rows:
        return [f"{NOT_MEASURED}: {path.name} holds no figures"]
    return ["| figure | value | unit | target |", "|---|---|---|---|", *map(_figure, rows)]


def _figure(row: Mapping[str, object]) -> str:
    told = (row.get(name) for name in ("figure", "value", "unit", "target"))
    return f"| {' | '.join('' if one is None else str(one) for one in told)} |"


def _oversight(store: Store, config: Config) -> list[str]:
    users = [one for one in store.users() if one.disabled_at is None]
    named = [f"- {one.name}: {one.role}" for one in users] or ["- nobody is named yet: `sourcing user add`"]
    return [
        "Measures in the product:",
        "",
        "- a score decides nothing: lists show ranked people, those with too little evidence and restricted ones apart",
        "- every number of a score is explained (`sourcing explain`) and can be computed again (`sourcing replay`)",
        "- every decision, status and export names who, when and why; the log is chained by hash",
        "- whom a list favours is measured (`sourcing audit proxies`, `sourcing audit bias`)",
        "- a wrong join is undone completely; people can be corrected, restricted and erased",
        "",
        f"Who oversees ({config.controller.name}):",
        "",
        *named,
    ]


def _instructions(record: Processing) -> list[str]:
    rules = record.rules
    return [
        "1. Read the evidence behind a score before deciding; the score only orders the reading.",
        "2. Look at people with too little evidence as well: absent evidence is no lack.",
        "3. Give a reason with every decision; do not use one that touches a protected trait.",
        f"4. Tell people in time (`sourcing notices due`): within {rules.notice_days} days here."
        if rules.notice_days
        else "4. There is no notice clock under these rules; the duties of your country hold all the same.",
        "5. Export with a purpose and to a named recipient; see that the file is deleted by its date.",
        "6. Answer requests of people within a month (`sourcing subject log`).",
        "7. Run both audits after every change of a role profile.",
        "8. Stop using a list and tell the controller if an audit flags it.",
    ]


def _changes(store: Store, config: Config) -> list[str]:
    lines = ["## Role profiles", ""]
    for role in config.roles.active:
        versions = store.role_versions(role)
        lines += [f"- {role} {one.version}, {one.at:%Y-%m-%d}, {one.by}: {one.why}" for one in versions]
        lines += [f"- {role}: the shipped profile, never changed here"] * (not versions)
    lines += ["", "## Rules, exports, terms and other acts (newest first)", ""]
    acts = [
        f"- {one.at:%Y-%m-%d %H:%M} {one.action} by {one.by} {one.about}".rstrip() for one in store.actions(limit=500)
    ]
    return [*lines, *(acts or ["- none"])]


def _duties(now: datetime) -> list[str]:
    return ["| from | duty | |", "|---|---|---|", *_duty_rows(now.date())]


def _duty_rows(today: date) -> Iterator[str]:
    for day, duty in DUTIES:
        yield f"| {day:%-d %B %Y} | {duty} | {'in force' if day <= today else 'to come'} |"


def _for_people(record: Processing) -> list[str]:
    return [
        f"{record.controller} uses a system that orders people by their public technical work for open positions.",
        "",
        "- What it looks at: public work at the sources listed in our notice, and what you state in your profiles.",
        "- What it does not look at: name, gender, age, origin, health, belief, family, pictures.",
        "- What comes out: a number between 0 and 1 with a range, and a sentence per part.",
        "- What it means: how much public evidence fits, not ability. Unknown counts as neutral.",
        "- Who decides: a person, who reads your work.",
        f"- What you can do: see, correct, restrict, object, have it erased: {record.data_protection_contact}.",
        "- You can ask for an explanation of the part the system played (Article 86).",
    ]
