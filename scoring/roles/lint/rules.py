"""The rules that look at the profile alone: too much (U1, U2), degrees (U4), vague words (U5), weights (U8, U9)."""

import re
from collections.abc import Iterator
from itertools import combinations

from scoring.places import asked_zones, overlap_hours
from scoring.roles.defaults import DEFAULT_WEIGHTS
from scoring.roles.lint.finding import Finding, warning
from scoring.roles.model import Group, Role
from storage.records import Level

_FAMILIES_ARE_A_UNICORN = 3
_GROUPS = 6
_DEEP_SKILLS = 12
_HEAVY, _HEAVY_IMPACT = 0.5, 0.3
_YEARS_BESIDE_DOCTORATE = 8
_ANY_YEAR = 2026  # only to see whether two zones ever share an hour

_VAGUE = re.compile(
    r"\b(ai|artificial intelligence|machine learning|ml|data|data science|deep learning|llms?)\b", re.IGNORECASE
)
_DEGREE = re.compile(
    r"\b(ph\.?d|doctora\w+|degree|master'?s?( of|$)|bachelor\w*|m\.?sc|b\.?sc|diploma)\b", re.IGNORECASE
)
_DOCTORATE = re.compile(r"(?i)\b(ph\.?d|doctora\w+)\b")


def too_much(role: Role) -> Iterator[Finding]:
    """U1: more must-haves, or more skills at depth, than one person has."""
    if len(role.must_have) > _GROUPS:
        yield warning(
            "U1", f"{len(role.must_have)} must-have groups; more than {_GROUPS} find nobody: make some nice_to_have"
        )
    deep = sum(len(group.all) or 1 for group in role.must_have if group.level >= Level.PRACTICE)
    if deep > _DEEP_SKILLS:
        yield warning("U1", f"{deep} skills asked at level 3 or more; keep to {_DEEP_SKILLS}")


def unicorn(role: Role) -> Iterator[Finding]:
    """U2: each group is given to the families all its skills share; groups that fit one family are no unicorn."""
    deep = [families for group in role.must_have if (families := _families(role, group))]
    names = sorted({name for families in deep for name in families})
    needed = next((n for n in range(1, len(names) + 1) if _covered(deep, names, n)), 0)
    if needed >= _FAMILIES_ARE_A_UNICORN:
        yield warning(
            "U2", f"the must-haves need {needed} different role families at level 3: one person rarely has all"
        )


def _families(role: Role, group: Group) -> frozenset[str]:
    if group.level < Level.PRACTICE:
        return frozenset()
    skills = [skill for name in group.skills if (skill := role.vocabulary.get(name)) is not None]
    if any("all" in skill.roles for skill in skills):
        return frozenset()
    return frozenset(family for skill in skills for family in skill.roles)


def _covered(groups: list[frozenset[str]], names: list[str], count: int) -> bool:
    """Whether `count` families are enough to have one in every group."""
    return any(all(families & set(chosen) for families in groups) for chosen in combinations(names, count))


def degrees(role: Role) -> Iterator[Finding]:
    """U4: a degree as must-have, or a doctorate beside many years of practice."""
    for group in role.must_have:
        if _DEGREE.search(" ".join((group.name, *group.skills))):
            yield warning("U4", f"'{group.name}' asks a degree; ask for what the degree should show")
        if _DOCTORATE.search(group.name) and any((g.years or 0) >= _YEARS_BESIDE_DOCTORATE for g in role.must_have):
            yield warning(
                "U4", f"'{group.name}' asks a doctorate beside {_YEARS_BESIDE_DOCTORATE} or more years of practice"
            )


def vague(role: Role) -> Iterator[Finding]:
    """U5: a word as wide as "machine learning" without a concrete skill beside it."""
    own = {skill.id for skill in role.skills}
    for group in role.must_have:
        wide = [name for name in group.skills if name in own and _VAGUE.fullmatch(name.replace("-", " "))]
        if wide and len(wide) == len(group.skills):
            yield warning(
                "U5", f"'{wide[0]}' is too wide to look for; name tools or methods in the group '{group.name}'"
            )


def weights(role: Role) -> Iterator[Finding]:
    """U8: one component that outweighs the rest, fame that does."""
    for name, weight in role.normal_weights.items():
        if weight > _HEAVY:
            yield warning("U8", f"'{name}' weighs {weight:.2f} of the total; above {_HEAVY} the rest hardly counts")
    if role.normal_weights.get("impact", 0) > _HEAVY_IMPACT:
        yield warning(
            "U8", f"'impact' weighs {role.normal_weights['impact']:.2f}; above {_HEAVY_IMPACT} it ranks by fame"
        )


def hours(role: Role) -> Iterator[Finding]:
    """U8: hours that no team works together, or that an office makes pointless."""
    place = role.location
    if place.time_zones and place.countries and not place.remote:
        yield warning("U8", "'time_zones' contradicts remote: false with countries; on site only the country counts")
    for left, right in combinations(place.time_zones, 2):
        if not any(overlap_hours(zone, asked_zones(right), _ANY_YEAR).least > 0 for zone in asked_zones(left)):
            yield warning("U8", f"'{left}' and '{right}' never share a working hour: is one of them a slip?")


def no_product(role: Role) -> Iterator[Finding]:
    """U9: nothing about use and product, or accuracy as the only measure of success."""
    given = {**DEFAULT_WEIGHTS, **role.weights}
    if given["impact"] == 0 and given["business"] == 0:
        yield warning("U9", "'impact' and 'business' both weigh 0: the profile says nothing about use and product")
    if any("accuracy" in group.name.lower() for group in role.must_have):
        yield warning("U9", "'accuracy' as measure of success: name latency, cost, calibration or users as well")
