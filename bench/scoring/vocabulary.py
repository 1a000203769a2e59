"""Make scoring/skills/broader.tsv from curated GitHub topics, ESCO's digital skills and the training sentences.

Usage: python -m bench.scoring.vocabulary   (needs the recordings kept beside the project; writes the same bytes again)

A spelling is used if at least half of its places in the training sentences of SkillSpan lie in a span of knowledge,
in any case or else in exactly its own. One that is never met there is used if its form leaves little doubt: several
words, or a word like no other ("PostgREST", "k3s"). A single word counts only in exactly its case and near a related
topic or a word of the trade if it was never met, has one or two letters, or is an everyday word: one that people
write in lower case when they talk about teaching mathematics. The part "dev" is never looked at.
"""

import csv
import gzip
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from bench.scoring._job_skills import FOLDER, sentences
from scoring.skills.broader import BETWEEN, COLUMNS, FILE
from scoring.skills.vocabulary import Skill, shipped_vocabulary
from scoring.skills.words import Spellings, patterns

HEAD = """\
# Broader skill terms. Made by `python -m bench.scoring.vocabulary`; do not edit by hand.
# Topics: names, aliases and relations from github.com/github/explore, Copyright GitHub, Inc. and contributors,
# Creative Commons Attribution 4.0 (https://creativecommons.org/licenses/by/4.0/); selected and cut, August 2026.
# ESCO: digital skills of the European Skills, Competences, Qualifications and Occupations classification v1.2,
# European Commission, European Union; re-use permitted with attribution; selected and cut.
# Spellings are judged on the training sentences of SkillSpan (Zhang et al., NAACL 2022; MIT licence).
"""
TRADE = ("software", "programming", "developer", "engineer", "code", "framework", "library", "database", "cloud")
MOST_RELATED = 4
MOST_WORDS = 5
LEAST_SHARE = 0.5
EVERYDAY = 3  # places in lower case from which a word is an everyday one
SHORT = 2  # letters that could stand for anything

_MARKS = re.compile(r"[!^{}|\t\n\"]")
_BRACKET = re.compile(r"\s*\([^)]*\)")
_ARTICLE = re.compile(r"(?i)(?:an?|the) ")
_YEAR = re.compile(r"20\d\d")
_OWN_FORM = re.compile(r"[a-z][A-Z]|\d|[A-Z]{2}[a-z]|\w[.+#/]\w")


class Entry(NamedTuple):
    """One topic or skill with its spellings, the name first."""

    name: str
    origin: str
    spellings: tuple[str, ...]
    related: tuple[str, ...]
    tags: tuple[str, ...]


def entries() -> Iterator[Entry]:
    """All of both lists; ESCO's activities ("manage system security") name no knowledge and stay out."""
    for line in (FOLDER / "vocab" / "github-topics.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        tags, name = (row["topic"], *row["aliases"]), _BRACKET.sub("", row["name"])
        yield Entry(name, "github", (name, *map(_spaced, tags)), tuple(row["related"]), tags)
    for line in (FOLDER / "vocab" / "esco-digital-skills.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["type"] == "knowledge":
            name = _BRACKET.sub("", row["label"])
            yield Entry(name, "esco", (name, *row["aliases"]), (), ())


def _spaced(topic: str) -> str:
    return topic.replace("-", " ")


def made() -> str:
    """The file's text."""
    out = io.StringIO()
    out.write(HEAD)
    table = csv.writer(out, delimiter="\t", lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows(rows())
    return out.getvalue()


def rows() -> Iterator[tuple[str, ...]]:
    """One row per entry that is not a shipped skill; entries of one id are one."""
    known, taken = {_key(alias.text) for skill in shipped_vocabulary().skills for alias in skill.parsed()}, set[str]()
    ids = {*shipped_vocabulary().ids}
    listed = [entry._replace(spellings=_fresh(entry, known, taken)) for entry in entries()]
    seen = measured(spelling for entry in listed for spelling in entry.spellings)
    for entry in listed:
        name = re.sub(r"[^a-z0-9]+", "-", entry.name.lower().replace("+", "p").replace("#", "-sharp")).strip("-")
        if not entry.spellings or not name or name in ids:
            continue
        ids.add(name)
        judged = {spelling: _notation(spelling, entry, seen) for spelling in entry.spellings}
        used = [written for written in judged.values() if written]
        left_out = [spelling for spelling, written in judged.items() if not written]
        yield name, entry.name, entry.origin, *map(BETWEEN.join, (used, left_out, entry.tags))


def _key(text: str) -> str:
    return text.lower().replace("-", " ")


def _fresh(entry: Entry, known: set[str], taken: set[str]) -> tuple[str, ...]:
    """The spellings that no shipped skill and no entry before has."""
    fresh = []
    for spelling in entry.spellings:
        key = _key(spelling)
        if key not in known and key not in taken and _writable(spelling):
            taken.add(key)
            fresh.append(spelling)
    return tuple(fresh)


def _writable(spelling: str) -> bool:
    """Whether it is a name of few words, not one of a year's event."""
    marked = _MARKS.search(spelling) or _YEAR.search(spelling) or _ARTICLE.match(spelling)
    return not marked and 0 < len(spelling.split()) <= MOST_WORDS


class Seen(NamedTuple):
    """How often a spelling stands in the training sentences, and how often inside a span of knowledge."""

    places: Counter[str]
    right: Counter[str]

    def share(self, key: str) -> float | None:
        """Share of right places, one right and one wrong added; None if never met."""
        return (self.right[key] + 1) / (self.places[key] + 2) if self.places[key] else None


def measured(spellings: Iterable[str]) -> Seen:
    """Count places by spelling in any case (key "any NAME") and in exactly its own (key "own NAME")."""
    places, right = Counter[str](), Counter[str]()
    finder = Spellings(patterns([Skill(id=one, aliases=(one,)) for one in dict.fromkeys(spellings)]))
    train = sentences("train")
    for at, hits in finder.find([" ".join(one.tokens) for one in train]):
        inside = _letters(train[at].tokens, train[at].spans)
        for hit in hits:
            good = any(start < hit.end and hit.start < end for start, end in inside)
            exact = " ".join(train[at].tokens)[hit.start : hit.end] == hit.pattern.text
            for key in (f"any {hit.pattern.skill}", f"own {hit.pattern.skill}")[: 1 + exact]:
                places[key] += 1
                right[key] += good
    return Seen(places, right)


def _letters(tokens: tuple[str, ...], spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans of tokens as positions in the tokens joined by spaces."""
    return [(len(" ".join((*tokens[:start], ""))), len(" ".join(tokens[:end]))) for start, end in spans]


def _notation(spelling: str, entry: Entry, seen: Seen) -> str:
    """The spelling as it may be looked for, or nothing."""
    in_any, in_own = seen.share(f"any {spelling}"), seen.share(f"own {spelling}")
    own_case = spelling.lower() != spelling
    doubtful = len(spelling) <= SHORT or everyday()[spelling.lower()] >= EVERYDAY
    if in_any is not None:
        if in_any >= LEAST_SHARE and not doubtful:
            return spelling
        if in_own is None or in_own < LEAST_SHARE or not own_case:
            return ""
        return f"{spelling} ^{_near(entry) if doubtful else ''}"
    if len(spelling.split()) > 1 or (_OWN_FORM.search(spelling) and len(spelling) > SHORT + 1):
        return spelling
    return f"{spelling} ^{_near(entry)}" if own_case and len(spelling) > SHORT else ""


@cache
def everyday() -> Counter[str]:
    """How often words stand in lower case in answers about teaching mathematics."""
    lines = gzip.decompress((FOLDER / "qa-matheducators" / "answers.jsonl.gz").read_bytes()).decode().splitlines()
    return Counter(word for line in lines for word in re.findall(r"[a-z]+", json.loads(line)["text"]))


def _near(entry: Entry) -> str:
    return f" ! {{{', '.join(_context(entry))}}}"


def _context(entry: Entry) -> list[str]:
    # A context word may be the beginning of a longer one: of two letters it would be met everywhere.
    related = [_spaced(one) for one in entry.related if not _MARKS.search(one) and len(one) > SHORT][:MOST_RELATED]
    return list(dict.fromkeys((*related, *TRADE)))


if __name__ == "__main__":
    FILE.write_text(made(), "utf-8")
    print(f"wrote {FILE.name}")
