"""Records of processing, notices, terms and requests as text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sourcing.show.text import clean, counted, moment, table, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sourcing.privacy.legal import Chapter, Processing
    from sourcing.privacy.notices import Due, Listed, Text
    from sourcing.privacy.optout import Imported
    from sourcing.privacy.retention import Forgotten, Preview

MOST_ROWS = 50  # of a list on the screen; --json has all


def processing(record: Processing, chapters: Sequence[Chapter]) -> str:
    """The record of processing, then the weighing and the impact assessment."""
    return "\n".join([*_record(record), "", *_assessment(chapters), "", *_thin(record)])


def _record(record: Processing) -> Iterator[str]:
    yield "RECORD OF PROCESSING (Article 30)"
    yield wrapped(f"controller  {clean(record.controller) or '–'}, {clean(record.contact) or '–'}", "  ")
    yield wrapped(f"data protection  {clean(record.data_protection_contact) or '–'}", "  ")
    yield wrapped(f"countries  {clean(', '.join(record.countries)) or '–'}", "  ")
    yield wrapped(f"purpose  {clean(record.purpose) or '–'}", "  ")
    yield wrapped(f"lawful basis  {clean(record.lawful_basis) or '–'}", "  ")
    pool = f", {record.pool} of them in the pool"
    yield f"  people  {counted(record.leads, 'person', 'people')}{pool}; {counted(record.accounts, 'account')}"
    yield f"  notices  {_counts(record.notices)}"
    yield f"  left out in the last 30 nights  {_counts(record.left_out)}"
    yield wrapped(f"never stored  {', '.join(record.never_stored)}", "  ")
    yield ""
    yield f"RULES ({record.rules.regime})"
    rules = record.rules.model_dump(mode="json", exclude={"regime"})
    yield from (f"  {name} = {json.dumps(value, ensure_ascii=False)}" for name, value in rules.items())  # as in TOML
    yield ""
    yield "SOURCES"
    for one in record.sources:
        yield f"  {one.title}  {counted(one.accounts, 'account')}, terms {one.terms} read {one.terms_read}"
        yield wrapped(f"kept: {', '.join(one.fields)}", "    ")
    yield ""
    yield "RECIPIENTS"
    for given in record.recipients:
        files = f"{counted(given.files, 'file')}, {counted(given.people, 'person', 'people')}"
        yield f"  {clean(given.name)}  {files}, last {moment(given.last)}"
    if not record.recipients:
        yield "  nobody so far"
    yield ""
    yield "MEASURES"
    yield from (wrapped(one, "  ") for one in record.security)


def _assessment(chapters: Sequence[Chapter]) -> Iterator[str]:
    yield "IMPACT ASSESSMENT (Article 35): a template with your numbers; the decision is yours"
    for chapter in chapters:
        yield f"  {chapter.title}"
        yield from (wrapped(clean_long(one), "    ") for one in chapter.sentences)


def clean_long(text: str) -> str:
    """A sentence in display form that may be longer than a cell."""
    from storage.text import display

    return display(text, limit=2_000)[0]


def _thin(record: Processing) -> Iterator[str]:
    yield "THIN" if record.thin else "nothing is thin"
    yield from (wrapped(one, "  ") for one in record.thin)


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()) if count) or "none"


def due(rows: Sequence[Due], count: int) -> str:
    """The first of so many people to tell, most urgent first."""
    if not rows:
        return "nobody has to be told"
    shown = [
        (one.lead, one.name, one.days_left if one.days_left is not None else "", " ".join(one.languages), _remark(one))
        for one in rows[:MOST_ROWS]
    ]
    text = table(("lead", "name", "days left", "language", ""), shown)
    return text + (f"\n… and {count - len(shown)} more" if count > len(shown) else "")


def _remark(one: Due) -> str:
    if one.refuses:
        return "asks not to be contacted: not written to, erased at the end"
    return f"exemption proposed by {clean(one.proposed_by)}" if one.proposed_by else ""


def notices(listed: Listed) -> str:
    """Leads by the state of their notice, then how many there are of each."""
    shown = [(one.lead, one.name, one.state, f"{one.due_at:%Y-%m-%d}" if one.due_at else "") for one in listed.rows]
    lines = [table(("lead", "name", "state", "due"), shown[:MOST_ROWS])] if shown else []
    return "\n".join([*lines, _counts(listed.counts)])


def notice(text: Text) -> str:
    """A notice as it is to be sent."""
    return f"{text.subject}\n\n{text.body}".rstrip()


def preview(found: Preview) -> str:
    """What would go, by reason, then who is first."""
    from sourcing.privacy.terms import WHY

    lines = [f"until {moment(found.until)}: {_counts(found.counts)}"]
    lines += [f"{one.lead}  {moment(one.at)}  {WHY[one.why]}" for one in found.leads[:MOST_ROWS]]
    if len(found.leads) > MOST_ROWS:
        lines.append(f"… and {len(found.leads) - MOST_ROWS} more")
    lines += [clean(path) for path in found.files]
    return "\n".join([*lines, *_waiting(found.unlisted)])


def forgotten(done: Forgotten) -> str:
    """What a purge took away."""
    rows = f"{counted(done.purged.accounts, 'account')}, {counted(done.purged.evidence, 'piece')} of work"
    lines = [f"forgotten: {_counts(done.counters)} ({rows})", *_waiting(done.unlisted)]
    if done.purged.unremembered:
        known = counted(done.purged.unremembered, "account")
        lines.append(f"there is no key: should {known} be found again, all clocks begin anew; see `sourcing doctor`")
    return "\n".join(lines)


def _waiting(roles: Sequence[str]) -> list[str]:
    if not roles:
        return []
    return [f"nobody is ranked for {', '.join(roles)} yet: until somebody is, the pool stays; run `sourcing score`"]


def requests(done: Imported) -> str:
    """What a file of requests came to; it repeats no name."""
    lines = [f"line {row.line}: {row.request}: {clean(row.done or f'not done: {row.refused}')}" for row in done.rows]
    return "\n".join([*lines, _counts(done.counts)])
