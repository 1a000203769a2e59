"""New tables from the people of a store: a deliberate act, never part of a night."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from scoring.reference.tables import QUANTILES, Quantiles, Reference, Usual

ENOUGH_PEOPLE = 200  # fewer would say more of single people than of a source
_ENDS = 0.01  # share of people whose mean stands at each end: no table holds the figure of one person
_DIGITS = 4
_SHARES = {"p10": 0.10, "p25": 0.25, "p50": 0.50, "p90": 0.90}

Figures = Mapping[tuple[str, str], float]  # of one person, by source and figure
Values = Mapping[str, Sequence[float]]  # known values of a component, one per person, by component
Held = TypeVar("Held")


class Rebuilt(NamedTuple):
    """New tables, with how many people each was measured on; `kept` had too few and stayed as they were."""

    reference: Reference
    measured: Mapping[str, int]  # "source figure" → people
    kept: Mapping[str, int]
    cohorts: Mapping[str, int]  # role → people


def rebuild(
    old: Reference, people: Iterable[Figures], *, origin: str, cohorts: Mapping[str, Values] | None = None
) -> Rebuilt:
    """Tables measured on these people, as the next version; a figure known of fewer than 200 keeps its table.

    `cohorts`: what was seen of people scored for each role; its quantiles become what is usual there.
    """
    held: dict[tuple[str, str], list[float]] = {}
    for person in people:
        for place, value in person.items():
            if math.isfinite(value):
                held.setdefault(place, []).append(max(0.0, value))
    enough = {place: values for place, values in held.items() if len(values) >= ENOUGH_PEOPLE}
    usual = {role: found for role, values in (cohorts or {}).items() if (found := _usual(values))}
    new = old.model_copy(
        update={
            "version": old.version + 1,
            "origin": origin,
            "figures": _merged(old.figures, {place: quantiles(values) for place, values in enough.items()}),
            "measured": _merged(old.measured, {place: len(values) for place, values in enough.items()}),
            "cohorts": {**old.cohorts, **usual},
        }
    )
    return Rebuilt(
        Reference.model_validate(new.model_dump()),
        {" ".join(place): len(values) for place, values in sorted(enough.items())},
        {" ".join(place): len(values) for place, values in sorted(held.items()) if place not in enough},
        {role: max(map(len, (cohorts or {})[role].values())) for role in usual},
    )


def quantiles(values: Sequence[float]) -> Quantiles:
    """The 101 quantiles of some values, linear between neighbours; ValueError without any."""
    ranked = sorted(values)
    if not ranked:
        raise ValueError("no values: quantiles need at least one")
    ends = max(1, round(_ENDS * len(ranked)))
    found = [_at(ranked, step / (QUANTILES - 1)) for step in range(QUANTILES)]
    found[0], found[-1] = math.fsum(ranked[:ends]) / ends, math.fsum(ranked[-ends:]) / ends
    rounded = [float(f"{value:.{_DIGITS}g}") for value in found]
    return tuple(max(rounded[: at + 1]) for at in range(QUANTILES))


def _at(ranked: Sequence[float], share: float) -> float:
    place = share * (len(ranked) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ranked) - 1)
    return ranked[low] + (place - low) * (ranked[high] - ranked[low])


def _usual(values: Values) -> dict[str, Usual]:
    known = {name: sorted(held) for name, held in values.items() if len(held) >= ENOUGH_PEOPLE}
    return {
        name: Usual(**{field: round(_at(held, share), _DIGITS) for field, share in _SHARES.items()})
        for name, held in known.items()
    }


def _merged(old: Mapping[str, Mapping[str, Held]], new: Mapping[tuple[str, str], Held]) -> dict[str, dict[str, Held]]:
    merged = {source: dict(tables) for source, tables in old.items()}
    for (source, figure), table in new.items():
        merged.setdefault(source, {})[figure] = table
    return {source: dict(sorted(merged[source].items())) for source in sorted(merged)}
