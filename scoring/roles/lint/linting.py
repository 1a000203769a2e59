"""What a careful reader says about a profile before it is used: the rules U1 to U9, and N1 for names in lanes."""

from collections.abc import Callable, Iterator
from datetime import datetime

from scoring.roles.lint import rules
from scoring.roles.lint.finding import Finding, error, placed, warning
from scoring.roles.lint.names import offline_names
from scoring.roles.lint.supply import Funnel, scarce
from scoring.roles.lint.tenure import Releases, impossible_years, shipped_releases
from scoring.roles.lint.traits import traits_in
from scoring.roles.model import Role

_RULES: tuple[Callable[[Role], Iterator[Finding]], ...] = (
    rules.too_much,
    rules.unicorn,
    rules.degrees,
    rules.vague,
    rules.weights,
    rules.hours,
    rules.no_product,
)


def lint(
    role: Role,
    *,
    now: datetime,
    source: str = "",
    releases: Releases | None = None,
    supply: Funnel | None = None,
) -> list[Finding]:
    """All findings, in the order of the rules. `source` is the text of the file: with it findings have lines.

    `releases` correct or extend the shipped table of first releases; `supply` is the funnel of the known people (U6).
    """
    found = [finding for rule in _RULES for finding in rule(role)]
    found += impossible_years(role, now, {**shipped_releases(), **(releases or {})})
    found += _proxies(role)
    found += scarce(supply) if supply is not None else ()
    found += offline_names(role)
    return sorted((placed(finding, source) for finding in found), key=lambda finding: finding.id)


def _proxies(role: Role) -> Iterator[Finding]:
    """U7: words that stand in for age, origin, gender or school."""
    texts = [title.text for title in role.titles] + [group.name for group in role.must_have]
    texts += [skill for group in role.must_have for skill in group.skills]
    texts += [alias for skill in role.skills for alias in (skill.id, *skill.aliases)]
    for text in texts:
        for trait in traits_in(text):
            # A file with a protected word is not loaded; a profile made in memory may still hold one.
            say = error if trait.grade == "protected" else warning
            yield say("U7", f"'{text}' holds '{trait.word}', which stands in for {trait.trait}: say it without")
    if role.location.countries:
        named = ", ".join(role.location.countries)
        yield warning(
            "U7", f"'countries' ({named}) can stand in for nationality: prefer time_zones unless the law asks it"
        )
