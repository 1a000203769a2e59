"""Patterns of the categories: a file each, one pattern a line, by language; macros in `names.txt`."""

import re
from collections.abc import Mapping
from pathlib import Path

from storage.text._factors import Patterns

FOLDER = Path(__file__).parent
_NAMED = re.compile(r"([A-Z_]+) = (.+)")


def _read(file: str, names: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """All patterns of a file; lines "NAME = …" are put in for {NAME} in the lines after them."""
    known, patterns = dict(names), []
    for line in (FOLDER / file).read_text("utf-8").splitlines():
        if not line or line.startswith("## "):
            continue
        for name, pattern in known.items():
            line = line.replace(f"{{{name}}}", pattern)  # noqa: PLW2901 - the line, filled in
        if named := _NAMED.fullmatch(line):
            known[named[1]] = named[2]
        else:
            patterns.append(line)
    return patterns, known


_NAMES = _read("names.txt", {})[1]
CATEGORIES: Mapping[str, Patterns] = {
    name: Patterns(_read(f"{name}.txt", _NAMES)[0])
    for name in ("health", "religion", "politics", "union", "ethnicity", "orientation", "family", "person")
}
MINORS = Patterns(_read("minors.txt", _NAMES)[0])
INNOCENT = Patterns(_read("innocent.txt", {})[0])


def _by_category(file: str) -> Mapping[str, Patterns]:
    """Of each category the words of a file, under "= category" lines."""
    found: dict[str, list[str]] = {}
    for line in (FOLDER / file).read_text("utf-8").splitlines():
        if line.startswith("= "):
            words = found.setdefault(line.removeprefix("= "), [])
        elif line and not line.startswith("## "):
            words.append(line)
    return {name: Patterns(rf"(?<![\w-])(?:{word})(?![\w-])" for word in words) for name, words in found.items()}


STRONG = _by_category("strong.txt")
NEAR = _by_category("near.txt")
# Words with which people speak of themselves, in any of the six languages.
SELF = re.compile(
    r"\b(?:i|i'm|i've|i'll|me|my|myself|as an?|since (?:birth|age|childhood|my|the)|living with|recovering|survivor"
    r"|lifelong|proud|proudly|openly|former|ordained|practi[cs]ing|born|raised|diagnosed|half|member|elder|am"
    r"|ich|mein|meine|meine[nmrs]|mir|mich|als|seit|mitglied|überzeugte[rn]?|stolze[rn]?|bekennende[rn]?|ehemalige[rn]?"
    r"|je|mon|ma|mes|moi|depuis|élevée?|fièrement|fière?|assumée?|soy|tengo|mi|mis|yo|vivo|convivo|desde|orgullosamente"
    r"|orgullos[oa]|padezco|sou|tenho|meu|minha|eu|fui|orgulhos[oa]|orgulhosamente|padeço|jestem|mam|mój|moja|moje|po|od"
    r"|żyję|choruję|byłem|byłam|dumn[ya]|należę|wróciłem|wróciłam)\b|\bj'(?:ai|étais|suis)\b|\bex-"
)
FAR = 14  # words of a statement up to which somebody who names themselves speaks of themselves in all of it
# Words of statements about work or about others, in which a strong word says nothing of the writer.
ABOUT = re.compile(
    r"\b(?:data\w*|corp(?:us|ora)|models?|detect\w*|classif\w+|predict\w*|screening|research|stud(?:y|ies)|analys\w+"
    r"|librar\w+|tool\w*|apps?|users?|people|communit\w+|history|theory|rights|speech|museum|simulat\w+|pipelines?"
    r"|software|nlp|group|meetup|chapter|organi[sz]\w+|all(?:y|ies)|conference|support\w*|mentor\w*|fans?|jokes?|films?"
    r"|poetry|cuisine|food|music|songs?|languages?|captions?|accessib\w*|advocate|for|about|against|with|forschung|daten\w*"
    r"|für|über|software\w*|pour|avec|données|recherche|para|sobre|datos|investigación|dados|pesquisa|dla|badani\w+"
    r"|danych|archiv\w*|algorithm\w*|framework\w*|parser|recognition|generator|calculator|scraper|client|device|encoding"
    r"|hospitals?|clinics?|institut\w*|compan(?:y|ies)|startup|labs?|patient data|market|forecast\w*|systems?|numerals?"
    r"|dosing|genom\w+|imaging|diagnos(?:is|tics)|trials?|statisti\w+|api|suite|erkennung|systeme?|klinik|krankenhaus"
    r"|bibliothek|détection|modèle\w*|hôpital|apprentissage|detección|modelo\w*|hospital|detecção|interfaces|wykrywani\w*"
    r"|szpital\w*|zdjęci\w+|aplikacj\w+|knowledge|travaille sur|trabajo (?:en|con)"
    r"|trabalho (?:em|com)|pracuję nad|arbeite (?:an|bei)"
    r"|(?:i|we) (?:study|studied|research|teach|taught|develop\w*|built|build|maintain|work (?:on|at|for|with))"
    r"|lawyer|university|college|school|museum|festival|branches|projets?)\b"
)
SHORT = 7  # words of a statement up to which a strong word is enough

# Taken out alone: they stand beside names and in lists, where a whole sentence would be lost for them.
PRONOUNS = re.compile(
    r"[\[({]?(?<![\w/])(?:pronouns?:? ?)?(?:"
    r"she\s?/\s?(?:hers?|they|it)|he\s?/\s?(?:him|his|they|it)|they\s?/\s?(?:them|theirs?|she|he|it)"
    r"|(?:xe\s?/\s?xem|ze\s?/\s?(?:hir|zir)|it\s?/\s?its|any\s?/\s?all)"
    r"|sie\s?/\s?ihr|er\s?/\s?ihm|elle\s?/\s?elle|iel\s?/\s?(?:ellui|iels)|ella\s?/\s?ella"
    r"|él\s?/\s?él|ela\s?/\s?dela|ele\s?/\s?dele|ona\s?/\s?jej|on\s?/\s?jego|oni\s?/\s?ich"
    r")(?:\s?/\s?(?:hers|his|theirs|him|her|them|they|elu|delu))?(?![\w/])[\])}]?[.,;|·]?[ \t]?",
    re.IGNORECASE,
)
# The rainbow and trans flags, signs of faiths; a flag of a country says nothing of its bearer.
EMOJI = re.compile("🏳️?\u200d🌈|🏳️?\u200d⚧️?|🏳️‍🌈|🏳️‍⚧️|[✝☦☪✡☸🕉🕎🛐📿]️?")
