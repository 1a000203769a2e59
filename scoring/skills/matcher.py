"""Which skills a piece of work shows, and how directly: one pass of an automaton over each text."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from scoring.skills.files import FileRules
from scoring.skills.vocabulary import Skill, Vocabulary
from scoring.skills.words import Place, Spellings, patterns
from storage.records import Evidence

# Where a fact is about somebody else's repository, its name says more than its description.
OTHERS_WORK = frozenset({"contribution", "contributor", "merged_change", "review"})

_REPOSITORY = re.compile(r"https?://[^/]+/[^/]+/(?P<name>[^/?#]+)")
_PACKAGE = re.compile(r"(?P<name>[a-z0-9][a-z0-9._-]*)(?P<extras>\[[a-z0-9,._-]+\])?")


class How(StrEnum):
    """What showed a skill."""

    PACKAGE = "package"
    FILE = "file"
    LANGUAGE = "language"
    NAME = "name"  # the repository worked on carries the skill's own name
    KIND = "kind"
    TAG = "tag"
    WORD = "word"


STRENGTH: Mapping[How, float] = {
    How.PACKAGE: 1.0,
    How.FILE: 1.0,
    How.LANGUAGE: 1.0,
    How.NAME: 1.0,
    How.KIND: 1.0,
    How.TAG: 0.7,
    How.WORD: 0.5,
}


_WORD_STRENGTH = STRENGTH[How.WORD]


class Match(NamedTuple):
    """One skill shown by one piece of work. `strength` is 1 direct, 0.7 a tag, 0.5 a word in a text."""

    skill: str
    strength: float
    how: How
    seen: str  # the package, file, tag or word that was met


class Matcher:
    """Finds skills in work. Build one per vocabulary and keep it: texts and tags seen again cost nothing."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.spellings = Spellings(patterns(vocabulary.skills))
        self._packages = _index((_package(name), skill.id) for skill in vocabulary.skills for name in skill.packages)
        self._tags = _index((tag_key(tag), skill.id) for skill in vocabulary.skills for tag in _tag_words(skill))
        self._names = _index((_package(name), skill.id) for skill in vocabulary.skills for name in _own_names(skill))
        self._languages = _index((name, skill.id) for skill in vocabulary.skills for name in skill.languages)
        self._kinds = _index((kind, skill.id) for skill in vocabulary.skills for kind in skill.kinds)
        self._files = FileRules((pattern, skill.id) for skill in vocabulary.skills for pattern in skill.files)
        self.words = lru_cache(maxsize=100_000)(self._words)
        self._direct = lru_cache(maxsize=100_000)(self._find_direct)
        self._tagged = lru_cache(maxsize=50_000)(self._find_tagged)

    def match(self, work: Evidence) -> dict[str, Match]:
        """The skills one piece of evidence shows, each by its strongest sign."""
        words = self.words(said_in(work.title, work.text))
        return self.combined(words, work.kind, work.url, work.tags, work.packages, work.files)

    def combined(
        self,
        words: Iterable[Match],
        kind: str,
        url: str,
        tags: tuple[str, ...],
        packages: tuple[str, ...],
        files: tuple[str, ...],
    ) -> dict[str, Match]:
        """The skills a piece of work shows whose text names these."""
        others = kind in OTHERS_WORK
        found = {match.skill: match for match in words}
        _keep(found, self._tagged(tags, others))
        if packages or files:
            _keep(found, self._direct(packages, files))
        if others:
            _keep(found, self._named(url))
        for skill in self._kinds.get(kind, ()):
            _keep(found, [Match(skill, STRENGTH[How.KIND], How.KIND, kind)])
        return found

    def words_many(self, texts: Sequence[str]) -> list[tuple[Match, ...]]:
        """The skills named in each of many texts, as `words` gives them; the fast way to read a column."""
        found: list[tuple[Match, ...]] = [()] * len(texts)
        for at, places in self.spellings.places(texts):
            found[at] = _named_words(texts[at], places)
        return found

    def word_columns(self, texts: Sequence[str]) -> tuple[list[int], list[str]]:
        """The same as two columns of equal length: index of the text, skill; each pair once, in order of the texts."""
        rows: list[int] = []
        skills: list[str] = []
        for at, places in self.spellings.places(texts):
            named = dict.fromkeys([pattern.skill for _, _, pattern in places])
            rows += [at] * len(named)
            skills += named
        return rows, skills

    def _words(self, text: str) -> tuple[Match, ...]:
        """The skills named in a text, by word boundary, case and context."""
        return next((_named_words(text, places) for _, places in self.spellings.places((text,))), ())

    def _find_direct(self, packages: tuple[str, ...], files: tuple[str, ...]) -> tuple[Match, ...]:
        found = [
            Match(skill, STRENGTH[How.PACKAGE], How.PACKAGE, package)
            for package in packages
            for name in _package_names(package)
            for skill in self._packages.get(name, ())
        ]
        found += [
            Match(skill, STRENGTH[How.FILE], How.FILE, path) for path in files for skill in self._files.skills(path)
        ]
        return tuple(found)

    def _find_tagged(self, tags: tuple[str, ...], others: bool) -> tuple[Match, ...]:
        """Tags; a language counts in full in own work, as a tag in a repository of others."""
        language = How.TAG if others else How.LANGUAGE
        found = [
            Match(skill, STRENGTH[How.TAG], How.TAG, tag) for tag in tags for skill in self._tags.get(tag_key(tag), ())
        ]
        found += [
            Match(skill, STRENGTH[language], language, tag) for tag in tags for skill in self._languages.get(tag, ())
        ]
        return tuple(found)

    def _named(self, url: str) -> Iterator[Match]:
        found = _REPOSITORY.match(url)
        if found is None:
            return
        name = found["name"]
        for skill in self._names.get(_package(name), ()):
            yield Match(skill, STRENGTH[How.NAME], How.NAME, name)


def said_in(title: str, text: str | None) -> str:
    """What a piece of work says, as one text."""
    return f"{title}\n{text}" if text else title


def _named_words(text: str, places: Iterable[Place]) -> tuple[Match, ...]:
    """One match per skill, in order of appearance."""
    last = {pattern.skill: (start, end) for start, end, pattern in places}
    return tuple([Match(skill, _WORD_STRENGTH, How.WORD, text[start:end]) for skill, (start, end) in last.items()])


def tag_key(tag: str) -> str:
    """A tag as it is compared: lower case, spaces and underscores as hyphens."""
    return tag.strip().lower().replace(" ", "-").replace("_", "-")


def _package(name: str) -> str:
    return name.strip().lower().replace("_", "-")


def _package_names(written: str) -> Iterator[str]:
    """The names a requirement stands for: "ray[serve]>=2" is ray and ray[serve]."""
    found = _PACKAGE.match(_package(written))
    if found is None:
        return
    yield found["name"]
    for extra in (found["extras"] or "").strip("[]").split(","):
        if extra:
            yield f"{found['name']}[{extra}]"


def _tag_words(skill: Skill) -> Iterator[str]:
    """The tags of a skill, and its unambiguous aliases, which sources use as tags as well."""
    yield from skill.tags
    yield from _clear_aliases(skill)


def _own_names(skill: Skill) -> Iterator[str]:
    """What the home of a tool may be called: pytorch is installed as torch."""
    yield from skill.packages
    yield from map(tag_key, _clear_aliases(skill))


def _clear_aliases(skill: Skill) -> Iterator[str]:
    return (alias.text for alias in skill.parsed() if not alias.exact and not alias.context)


def _index(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    index: dict[str, tuple[str, ...]] = {}
    for key, skill in pairs:
        if skill not in index.get(key, ()):
            index[key] = (*index.get(key, ()), skill)
    return index


def _keep(found: dict[str, Match], more: Iterable[Match]) -> None:
    for match in more:
        held = found.get(match.skill)
        if held is None or match.strength > held.strength:
            found[match.skill] = match
