"""Patterns of the categories: a file each, one pattern a line, by language; macros in `names.txt`."""

import re
from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).parent
_NAMED = re.compile(r"([A-Z_]+) = (.+)")


def _union(file: str, names: Mapping[str, str]) -> tuple[re.Pattern[str], dict[str, str]]:
    """All patterns of a file as one; lines "NAME = …" are put in for {NAME} in the lines after them."""
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
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns) or r"(?!)"), known


_NAMES = _union("names.txt", {})[1]
CATEGORIES: Mapping[str, re.Pattern[str]] = {
    name: _union(f"{name}.txt", _NAMES)[0]
    for name in ("health", "religion", "politics", "union", "ethnicity", "orientation", "family", "person")
}
MINORS = _union("minors.txt", _NAMES)[0]
INNOCENT = _union("innocent.txt", {})[0]


def _strong() -> Mapping[str, re.Pattern[str]]:
    """Of each category the words that speak of the writer in a short statement, under "= category" lines."""
    found: dict[str, list[str]] = {}
    for line in (FOLDER / "strong.txt").read_text("utf-8").splitlines():
        if line.startswith("= "):
            words = found.setdefault(line.removeprefix("= "), [])
        elif line and not line.startswith("## "):
            words.append(line)
    return {name: re.compile(rf"(?<![\w-])(?:{'|'.join(words)})(?![\w-])") for name, words in found.items()}


STRONG = _strong()
# Words of statements about work or about others, in which a strong word says nothing of the writer.
ABOUT = re.compile(
    r"\b(?:data\w*|corp(?:us|ora)|models?|detect\w*|classif\w+|predict\w*|screening|research|stud(?:y|ies)|analys\w+"
    r"|librar\w+|tool\w*|apps?|users?|people|communit\w+|history|theory|rights|speech|museum|simulat\w+|pipelines?"
    r"|software|nlp|group|meetup|chapter|organi[sz]\w+|all(?:y|ies)|conference|support\w*|mentor\w*|fans?|jokes?|films?"
    r"|poetry|cuisine|food|music|songs?|languages?|captions?|accessib\w*|advocate|for|about|against|with|forschung|daten\w*"
    r"|für|über|software\w*|pour|avec|données|recherche|para|sobre|datos|investigación|dados|pesquisa|dla|badani\w+"
    r"|danych|archiv\w*|lawyer|university|college|school|museum|festival|branches|projets?)\b"
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
