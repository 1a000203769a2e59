"""What a careful reader says about a profile before it is used: rules U1 to U9 of the scoring notes.

U6 (supply) needs the people in the store and lives with the code that can ask for them.
"""

import re
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Literal, NamedTuple

from scoring.roles.defaults import DEFAULT_WEIGHTS
from scoring.roles.model import Group, Role
from storage.records import Level

_FAMILIES_ARE_A_UNICORN = 3
_GROUPS = 6
_DEEP_SKILLS = 12
_HEAVY, _HEAVY_IMPACT = 0.5, 0.3
_YEARS_BESIDE_DOCTORATE = 8

_VAGUE = re.compile(
    r"\b(ai|artificial intelligence|machine learning|ml|data|data science|deep learning|llms?)\b", re.IGNORECASE
)
_DEGREE = re.compile(
    r"\b(ph\.?d|doctora\w+|degree|master'?s?( of|$)|bachelor\w*|m\.?sc|b\.?sc|diploma)\b", re.IGNORECASE
)
_DOCTORATE = re.compile(r"(?i)\b(ph\.?d|doctora\w+)\b")
_PROXY = re.compile(
    r"(?i)\b(native|mother tongue|young|youthful|digital native|recent graduate|fresh graduate|new grad\w*|university|"
    r"college|alumn\w+|fraternity|sorority|ivy league|rockstar|ninja|guru|dominant|aggressive|nurturing|he|she|"
    r"salesman|chairman|citizen\w*|nationality|national)\b"
)


class Finding(NamedTuple):
    """One remark: the rule, how grave, the line of the file if known, and what to do."""

    id: str
    severity: Literal["error", "warning"]
    line: int | None
    message: str


def lint(role: Role, *, year: int = 2026, source: str = "") -> list[Finding]:
    """All findings, in the order of the rules. `source` is the text of the file: with it findings have lines."""
    found = [finding for rule in _RULES for finding in rule(role, year)]
    return [finding._replace(line=_line(source, finding.message)) for finding in found] if source else found


def _line(source: str, message: str) -> int | None:
    """The first line that holds what the message quotes."""
    for quoted in re.findall(r"'([^']+)'", message):
        for number, line in enumerate(source.splitlines(), start=1):
            if quoted in line and not line.lstrip().startswith("#"):
                return number
    return None


def _error(rule: str, message: str) -> Finding:
    return Finding(rule, "error", None, message)


def _warning(rule: str, message: str) -> Finding:
    return Finding(rule, "warning", None, message)


def _too_much(role: Role, _year: int) -> Iterator[Finding]:
    if len(role.must_have) > _GROUPS:
        yield _warning(
            "U1", f"{len(role.must_have)} must-have groups; more than {_GROUPS} find nobody: make some nice_to_have"
        )
    deep = sum(len(group.all) or 1 for group in role.must_have if group.level >= Level.PRACTICE)
    if deep > _DEEP_SKILLS:
        yield _warning("U1", f"{deep} skills asked at level 3 or more; keep to {_DEEP_SKILLS}")


def _unicorn(role: Role, _year: int) -> Iterator[Finding]:
    """Each group is given to the families all its skills share; groups that fit one common family are no unicorn."""
    deep = [families for group in role.must_have if (families := _families(role, group))]
    names = sorted({name for families in deep for name in families})
    needed = next((n for n in range(1, len(names) + 1) if _covered(deep, names, n)), 0)
    if needed >= _FAMILIES_ARE_A_UNICORN:
        yield _warning(
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


def _impossible_years(role: Role, year: int) -> Iterator[Finding]:
    for group in role.must_have:
        for name in group.skills if group.years else ():
            skill = role.vocabulary.get(name)
            born = int(skill.released[:4]) if skill is not None and skill.released else None
            if born is not None and group.years is not None and group.years > year - born:
                yield _error("U3", f"'{group.name}' asks {group.years} years of {name}, which exists since {born}")


def _degrees(role: Role, _year: int) -> Iterator[Finding]:
    for group in role.must_have:
        if _DEGREE.search(" ".join((group.name, *group.skills))):
            yield _warning("U4", f"'{group.name}' asks a degree; ask for what the degree should show")
        if _DOCTORATE.search(group.name) and any((g.years or 0) >= _YEARS_BESIDE_DOCTORATE for g in role.must_have):
            yield _warning(
                "U4", f"'{group.name}' asks a doctorate beside {_YEARS_BESIDE_DOCTORATE} or more years of practice"
            )


def _vague(role: Role, _year: int) -> Iterator[Finding]:
    own = {skill.id for skill in role.skills}
    for group in role.must_have:
        vague = [name for name in group.skills if name in own and _VAGUE.fullmatch(name.replace("-", " "))]
        if vague and len(vague) == len(group.skills):
            yield _warning(
                "U5", f"'{vague[0]}' is too wide to look for; name tools or methods in the group '{group.name}'"
            )


def _proxies(role: Role, _year: int) -> Iterator[Finding]:
    texts = [title.text for title in role.titles] + [group.name for group in role.must_have]
    texts += [skill for group in role.must_have for skill in group.skills]
    texts += [alias for skill in role.skills for alias in (skill.id, *skill.aliases)]
    texts += [target for lane in role.lanes for target in lane.targets]
    for text in texts:
        if (found := _PROXY.search(text)) is not None:
            yield _error(
                "U7", f"'{text}' holds {found[0]!r}, which stands in for age, origin, gender or school: remove it"
            )
    if role.location.countries:
        named = ", ".join(role.location.countries)
        yield _warning(
            "U7", f"'countries' ({named}) can stand in for nationality: prefer time_zones unless the law asks it"
        )


def _weights(role: Role, _year: int) -> Iterator[Finding]:
    for name, weight in role.normal_weights.items():
        if weight > _HEAVY:
            yield _warning("U8", f"'{name}' weighs {weight:.2f} of the total; above {_HEAVY} the rest hardly counts")
    if role.normal_weights.get("impact", 0) > _HEAVY_IMPACT:
        yield _warning(
            "U8", f"'impact' weighs {role.normal_weights['impact']:.2f}; above {_HEAVY_IMPACT} it ranks by fame"
        )
    if role.location.time_zones and role.location.countries and not role.location.remote:
        yield _warning("U8", "'time_zones' contradicts remote: false with countries; on site only the country counts")


def _no_product(role: Role, _year: int) -> Iterator[Finding]:
    given = {**DEFAULT_WEIGHTS, **role.weights}
    if given["impact"] == 0 and given["business"] == 0:
        yield _warning("U9", "'impact' and 'business' both weigh 0: the profile says nothing about use and product")
    words = [group.name.lower() for group in role.must_have]
    if any("accuracy" in word for word in words):
        yield _warning("U9", "'accuracy' as measure of success: name latency, cost, calibration or users as well")


_RULES: tuple[Callable[[Role, int], Iterator[Finding]], ...] = (
    _too_much,
    _unicorn,
    _impossible_years,
    _degrees,
    _vague,
    _proxies,
    _weights,
    _no_product,
)
