"""What a draft from an advert shows on screen: what was read, what is open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sourcing.show.text import clean, counted

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from scoring.advert import Draft, Wish


def drafted(draft: Draft, path: Path, base: str | None) -> str:
    """The draft in a few lines, and what comes next."""
    titles = ", ".join(clean(title.value) for title in draft.titles) or "none found"
    lines = [
        f"wrote {path}",
        f"  titles      {titles}",
        f"  must have   {_skills(draft.must) or 'none found'}",
        f"  plus        {_skills(draft.nice) or 'none found'}",
        f"  level       {draft.seniority.value if draft.seniority else 'not said'}",
        f"  place       {_place(draft)}",
        f"  languages   {', '.join(one.code for one in draft.languages) or 'not said'}",
        f"  lanes       {f'those of {base}, the nearest shipped role' if base else 'none'}",
        f"Read it, answer its {counted(len(draft.questions), 'question')}, and set `confirmed: true`.",
    ]
    return "\n".join(lines)


def as_json(draft: Draft, path: Path, name: str, base: str | None) -> dict[str, Any]:
    """The draft with every sentence, as --json shows it."""
    return {"file": path, "role": name, "lanes_of": base, "confirmed": False, **draft.model_dump(mode="json")}


def _skills(wishes: Iterable[Wish]) -> str:
    return ", ".join(" or ".join(wish.skills) for wish in wishes)


def _place(draft: Draft) -> str:
    away = {None: "", True: "remote", False: "on site"}[None if draft.remote is None else draft.remote[0]]
    zones = ", ".join(draft.where.zones) if draft.where else ""
    return " · ".join(part for part in (away, zones) if part) or "not said"
