"""From an advert to the draft of a role profile: what it asks, with the sentences, and what it leaves open."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from pydantic import BaseModel, ConfigDict

from scoring.advert.cues import has, years
from scoring.advert.sentences import Part, Said, Sentence, sentences
from scoring.advert.signs import known
from scoring.advert.speech import Spoken, languages, spoken
from scoring.advert.tagger import spans
from scoring.advert.titles import seniority, titles
from scoring.advert.tokens import tokens
from scoring.advert.where import Where, overlap, remote, where
from scoring.advert.wishes import VAGUE, Wish, wishes
from scoring.features.titles import best_window, title_words
from scoring.roles.files import load_role, shipped_roles
from scoring.roles.model import Role
from scoring.skills.broader import Term, broader_terms
from scoring.skills.vocabulary import shipped_vocabulary

MOST_READ = 20_000  # code points that patterns run on; an advert has two to ten thousand
_LEAST_ALIKE = 0.35  # below, no shipped role is near enough to lend its lanes
_TITLE_SHARE = 0.5
_MOST_UNKNOWN = 30
_MOST_LETTERS = 60  # of a name nobody knows


@dataclass(frozen=True, slots=True)
class Question:
    """Something the advert leaves open, by the key of the profile it concerns."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Near:
    """A shipped role and how near the advert comes to it, 0 to 1."""

    role: str
    alike: float


class Draft(BaseModel):
    """What an advert says, ready to be written as a role profile."""

    model_config = ConfigDict(frozen=True)

    titles: tuple[Said, ...]
    must: tuple[Wish, ...]
    nice: tuple[Wish, ...]
    seniority: Said | None
    where: Where | None
    remote: tuple[bool, Said] | None
    overlap: Said | None
    languages: tuple[Spoken, ...]
    own: tuple[str, ...]  # ids of broader terms that become skills of the profile's own
    vague: tuple[Said, ...]  # trades and subjects: too wide to look for
    unknown: tuple[Said, ...]  # names of knowledge no vocabulary has
    degrees: tuple[Said, ...]
    near: tuple[Near, ...]
    questions: tuple[Question, ...]


def draft(text: str) -> Draft:
    """Read an advert. Any text can be read; one that asks nothing gives a draft of questions.

    Of a longer text the first 20,000 code points are read, and a question says so.
    """
    beyond = len(text) - MOST_READ
    text = text[:MOST_READ]
    read = sentences(text)
    asked = wishes(text, read)
    must, nice = _sorted(asked)
    named = tuple(titles(read))
    skills = {skill for wish in asked for skill in wish.skills}
    stated = [(number, one) for one in read if one.part is not Part.OFFER for number in years(one.text)]
    found = Draft(
        titles=named,
        must=must,
        nice=nice,
        seniority=seniority(read, stated),
        where=where(read),
        remote=remote(read),
        overlap=overlap(read),
        languages=tuple(languages(read)),
        own=tuple(sorted({s for wish in (*must, *nice) for s in wish.skills} - shipped_vocabulary().ids)),
        vague=_vague(asked),
        unknown=tuple(_unknown(read)),
        degrees=tuple(Said("degree", one.text, one.line) for one in read if _asks_degree(one)),
        near=nearest([said.value for said in named], skills),
        questions=(),
    )
    return found.model_copy(update={"questions": (*questions(found), *_beyond(beyond))})


def _sorted(asked: Sequence[Wish]) -> tuple[tuple[Wish, ...], tuple[Wish, ...]]:
    """Must-haves and the rest, each skill once; a must outweighs a plus, one skill alone one of several."""
    must: list[Wish] = []
    alone = {wish.skills[0] for wish in asked if wish.asks == "must" and len(wish.skills) == 1}
    taken: set[str] = set()
    for wish in asked:
        skills = tuple(s for s in wish.skills if s not in VAGUE)
        double = set(skills) <= taken or (len(skills) > 1 and set(skills) & alone)
        if wish.asks == "must" and skills and not double:
            must.append(wish.model_copy(update={"skills": skills}))
            taken |= {*skills}
    nice: list[Wish] = []
    for wish in asked:
        for skill in wish.skills:
            if skill not in taken and skill not in VAGUE:
                taken.add(skill)
                nice.append(wish.model_copy(update={"skills": (skill,)}))
    return tuple(must), tuple(nice)


def _vague(asked: Iterable[Wish]) -> tuple[Said, ...]:
    found: dict[str, Said] = {}
    for wish in asked:
        for skill in wish.skills:
            if skill in VAGUE:
                found.setdefault(skill, Said(skill, wish.sentence, wish.line))
    return tuple(found.values())


def _asks_degree(sentence: Sentence) -> bool:
    return sentence.part not in (Part.OFFER, Part.ABOUT) and has("degree", sentence.text)


def _unknown(read: Iterable[Sentence]) -> list[Said]:
    """Names of knowledge in sentences that ask something, unless a vocabulary knows part of them."""
    found: dict[str, Said] = {}
    for sentence in read:
        if sentence.part not in (Part.MUST, Part.NICE, Part.DUTIES) or _asks_degree(sentence):
            continue
        for name in knowledge(sentence.text):
            if (
                not known(name)
                and not spoken(name)
                and name.casefold() not in found
                and any(letter.isupper() for letter in name)
            ):
                found[name.casefold()] = Said(name[:_MOST_LETTERS], sentence.text, sentence.line)
    return list(found.values())[:_MOST_UNKNOWN]


def knowledge(sentence: str) -> list[str]:
    """The names of knowledge in a sentence, as it writes them."""
    parts = tokens(sentence)
    found = spans([part.text for part in parts], [part.after_comma for part in parts])
    return [sentence[parts[start].start : parts[end - 1].end] for start, end in found]


@cache
def _shipped() -> tuple[Role, ...]:
    return tuple(load_role(path) for path in shipped_roles().values())


def nearest(named: Sequence[str], skills: set[str]) -> tuple[Near, ...]:
    """Shipped roles by how near they come, nearest first; half of it is the title, half the skills."""
    found = [Near(role.role, _alike(role, named, skills)) for role in _shipped()]
    return tuple(sorted((one for one in found if one.alike >= _LEAST_ALIKE), key=lambda one: (-one.alike, one.role)))


def _alike(role: Role, named: Sequence[str], skills: set[str]) -> float:
    pairs = [(title, title_words(title.alias.text), title_words(said)) for title in role.titles for said in named]
    title = max((t.worth * best_window(wanted, said) for t, wanted, said in pairs), default=0.0)
    groups = [bool(skills & {*group.skills}) for group in role.must_have]
    return _TITLE_SHARE * title + (1 - _TITLE_SHARE) * sum(groups) / max(1, len(groups))


def questions(found: Draft) -> list[Question]:
    """What a person should answer before the profile is used."""
    open_ = [
        (not found.titles, "titles", "no job title found: which titles do such people give themselves?"),
        (not found.must, "must_have", "nothing is asked as a must: what can nobody do without?"),
        (found.seniority is None, "seniority", "no level said: junior, mid, senior, staff or principal?"),
        (found.where is None, "location", "no place or time zone said: which working hours are shared?"),
        (found.remote is None, "location", "remote or on site?"),
        (not found.languages, "languages", "no language asked: which one does the team work in?"),
        (not found.near, "lanes", "no shipped role is near: where should people be looked for?"),
        (
            any(wish.asks == "unsaid" for wish in found.nice),
            "nice_to_have",
            "some skills are named as neither must nor plus",
        ),
        (bool(found.unknown), "skills", f"in no vocabulary: {_listed(found.unknown)}; describe what matters"),
        (bool(found.vague), "must_have", f"too wide to look for: {_listed(found.vague)}; name tools or methods"),
        (bool(found.degrees), "must_have", "a degree is asked: what should it show? Only that can be looked for"),
    ]
    return [Question(key, text) for holds, key, text in open_ if holds]


def _beyond(characters: int) -> Iterator[Question]:
    if characters > 0:
        text = f"the last {characters:,} characters of the advert were not read: does anything there matter?"
        yield Question("must_have", text)


def _listed(said: Sequence[Said]) -> str:
    return ", ".join(one.value for one in said[:6]) + (" …" if len(said) > 6 else "")


def own_skills(ids: Iterable[str]) -> list[Term]:
    """The broader terms of these ids."""
    by_id = {term.id: term for term in broader_terms()}
    return [by_id[one] for one in ids if one in by_id]


def role_id(name: str) -> str:
    """A name as a role's id: "ML Engineer" → "ml-engineer"; empty if no letter of it can be kept."""
    from anyascii import anyascii

    return re.sub(r"[^a-z0-9]+", "-", anyascii(name).lower()).strip("-")[:40].strip("-")
