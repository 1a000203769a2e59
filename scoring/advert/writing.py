"""A draft as the YAML of a role profile, above each line the sentence it comes from."""

import json
import textwrap
from collections.abc import Iterator, Sequence

from scoring.advert.drafting import Draft, own_skills
from scoring.advert.wishes import Wish
from scoring.plain_yaml import plain_yaml
from scoring.roles.files import find_role
from scoring.roles.model import Role
from scoring.skills.broader import Term
from storage.text import display

WIDTH = 116
MOST_QUOTED = 220  # code points of a sentence behind a line
_MOST_NAME = 60


def written(draft: Draft, name: str, *, source: str, base: str | None = None) -> str:
    """The profile's text: `source` is what the advert is called, `base` the shipped role that lends its lanes.

    What is written can be read: the text is validated before it is given back (pydantic.ValidationError otherwise).
    """
    parts = (
        _head(draft, name, source),
        _titles(draft),
        _must(draft.must),
        _nice(draft.nice),
        _seniority(draft),
        _location(draft),
        _languages(draft),
        _own(own_skills(draft.own)),
        _lanes(base),
    )
    text = "\n".join(line for part in parts for line in part) + "\n"
    Role.model_validate(plain_yaml(text))
    return text


def _head(draft: Draft, name: str, source: str) -> Iterator[str]:
    yield from _comment(f"Draft from the advert {source}. Read every line: the comments say which sentence it is from.")
    yield from _comment(f"`sourcing role lint {name}` says what it thinks of it.")
    for question in draft.questions:
        yield from _comment(f"QUESTION {question.key}: {question.text}")
    if draft.near:
        near = ", ".join(f"{one.role} ({one.alike:.2f})" for one in draft.near)
        yield from _comment(f"Nearest shipped roles, half by title and half by must-haves: {near}")
    yield from (f"role: {name}", "version: 1", f"name: {_quoted(_name(draft, name))}")
    yield "# Scoring refuses this profile until somebody has read it and writes true here."
    yield from ("confirmed: false", "")


def _name(draft: Draft, name: str) -> str:
    return draft.titles[0].value if draft.titles else name


def _titles(draft: Draft) -> Iterator[str]:
    if not draft.titles:
        yield _unsaid("title; this one is a guess")
    yield "titles:"
    for title in draft.titles:
        yield from _because(title.sentence, title.line)
        yield f"  - {_quoted(title.value)}"
    yield from () if draft.titles else (f"  - {_quoted(_nearest_title(draft))}",)
    yield ""


def _nearest_title(draft: Draft) -> str:
    """A profile needs a title: that of the nearest shipped role, else one to be replaced."""
    return find_role(draft.near[0].role).titles[0].alias.text if draft.near else "replace this title"


def _must(wishes: Sequence[Wish]) -> Iterator[str]:
    if not wishes:
        yield from (_unsaid("must"), "must_have: []", "")
        return
    yield "must_have:"
    for wish in wishes:
        yield from _because(wish.sentence, wish.line)
        years = f", years: {wish.years}" if wish.years else ""
        name = " or ".join(wish.skills)[:_MOST_NAME]
        skills = ", ".join(map(_quoted, wish.skills))
        yield f"  - {{name: {_quoted(name)}, any: [{skills}], level: {int(wish.level)}, weight: 1{years}}}"
    yield ""


def _nice(wishes: Sequence[Wish]) -> Iterator[str]:
    if not wishes:
        yield from (_unsaid("plus"), "nice_to_have: []", "")
        return
    yield "nice_to_have:"
    for wish in wishes:
        yield from _because(wish.sentence, wish.line, "" if wish.asks == "nice" else "neither must nor plus: ")
        yield f"  - {{skill: {_quoted(wish.skills[0])}, level: {int(wish.level)}}}"
    yield ""


def _seniority(draft: Draft) -> Iterator[str]:
    if draft.seniority is None:
        yield _unsaid("level; senior is a guess")
        yield from ("seniority: {target: senior, tolerance: 2}", "")
        return
    yield from _because(draft.seniority.sentence, draft.seniority.line, indent="")
    yield from (f"seniority: {{target: {draft.seniority.value}, tolerance: 1}}", "")


def _location(draft: Draft) -> Iterator[str]:
    where, hours, away = draft.where, draft.overlap, draft.remote
    said: list[str] = []
    if where is not None:
        read = f"read as {where.place.why}: " if where.place is not None else ""
        said += _because(where.sentence, where.line, read, indent="")
    for fact in (hours, away and away[1]):
        said += _because(fact.sentence, fact.line, indent="") if fact is not None else ()
    yield from dict.fromkeys(said) or [_unsaid("place or hours: place does not count")]
    zones = ", ".join(map(_quoted, where.zones if where is not None else ()))
    remote = "false" if away is not None and not away[0] else "true"
    least = hours.value if hours is not None else "4"
    yield f"location: {{time_zones: [{zones}], min_overlap_hours: {least}, countries: [], remote: {remote}}}"
    yield ""


def _languages(draft: Draft) -> Iterator[str]:
    if not draft.languages:
        yield from (_unsaid("language"), "languages: []", "")
        return
    yield "languages:"
    for one in draft.languages:
        yield from _because(one.sentence, one.line)
        yield f"  - {{code: {_quoted(one.code)}, level: {one.level}}}"
    yield ""


def _own(terms: Sequence[Term]) -> Iterator[str]:
    if not terms:
        return
    yield from _comment("Skills the shipped vocabulary does not have, described by curated topics and ESCO.")
    yield "skills:"
    for term in terms:
        aliases, tags = (", ".join(map(_quoted, cells)) for cells in (term.used, term.tags))
        yield f"  - {{id: {_quoted(term.id)}, aliases: [{aliases}], tags: [{tags}]}}"
    yield ""


def _lanes(base: str | None) -> Iterator[str]:
    if base is None:
        yield from _comment("No lanes: say where to look, as the shipped roles do (`sourcing role show mle`).")
        yield "lanes: []"
        return
    yield from _comment(f"Where to look: the lanes of the shipped role {base}, as a start. Strike what does not fit.")
    yield "lanes:"
    for lane in find_role(base).lanes:
        targets = ", ".join(map(_quoted, lane.targets))
        yield f"  - {{source: {_quoted(lane.source)}, kind: {_quoted(lane.kind)}, targets: [{targets}]}}"


def _because(sentence: str, line: int, before: str = "", indent: str = "  ") -> Iterator[str]:
    plain = display(sentence.replace("**", ""), limit=MOST_QUOTED)[0]
    yield f"{indent}# {f'line {line}' if line else 'asked for'}: {before}“{plain}”"


def _unsaid(what: str) -> str:
    return f"# The advert names no {what}."


def _comment(text: str) -> list[str]:
    clean = display(text, limit=2000)[0]
    return textwrap.wrap(clean, WIDTH, initial_indent="# ", subsequent_indent="#   ", break_long_words=False)


def _quoted(text: str) -> str:
    """A double-quoted scalar; JSON's escapes are YAML's."""
    return json.dumps(text)
