"""The cards of all sources, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcing.show.text import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sourcing.crawl import SourceStatus

INDENT = "    "


def listed(rows: Sequence[SourceStatus]) -> str:
    """Every source with its card: whether it can be asked, what permits it, its limits, what it gives."""
    usable = sum(row.usable for row in rows)
    return "\n\n".join([f"{usable} of {len(rows)} sources can be used", *("\n".join(_card(row)) for row in rows)])


def _card(row: SourceStatus) -> Iterator[str]:
    state = "usable" if row.usable else f"not usable: {row.why_not}"
    yield f"{row.name}  {row.title}  {state}"
    if row.warning:
        yield wrapped(f"WARNING {row.warning}", INDENT)
    age = "" if row.terms_age is None else f", {row.terms_age} days ago"
    facts = {
        "by": row.method,
        "terms": f"{row.terms}, read on {row.terms_read}{age}",
        "limits": row.limits,
        "yields": f"{row.yields}{_least(row)}",
        "keeps": ", ".join(row.fields),
        "links": "; ".join(row.exposes),
        "off": "" if row.default_on else f"by default: {row.why_off}",
        "alone": "" if row.matching else "its accounts are never joined with others",
    }
    for name, text in facts.items():
        if text:
            yield wrapped(f"{name:<7}{text}", INDENT)


def _least(row: SourceStatus) -> str:
    return f" (a night below {row.expected_accounts // 2} people is a finding)" if row.expected_accounts else ""
