"""Patterns of wishes: `refusals.txt` and `offers.txt`, one a line, by language, and what takes a match back."""

import re
from functools import cache
from pathlib import Path

from storage.text._factors import Patterns

_NAMED = re.compile(r"([A-Z]+) = (.+)")


@cache
def _read(file: str) -> Patterns:
    """All patterns of a file; lines "NAME = …" are put in for {NAME} in the lines after them."""
    names: dict[str, str] = {}
    patterns = []
    for line in (Path(__file__).parent / file).read_text("utf-8").splitlines():
        if not line or line.startswith("## "):
            continue
        for name, pattern in names.items():
            line = line.replace(f"{{{name}}}", pattern)  # noqa: PLW2901 - the line, filled in
        if named := _NAMED.fullmatch(line):
            names[named[1]] = named[2]
        else:
            patterns.append(line)
    return Patterns(patterns)


def refusals() -> Patterns:
    """Sentences that ask recruiters to stay away; made when first asked for, since most commands read no wishes."""
    return _read("refusals.txt")


def offers() -> Patterns:
    """Sentences that say their writer is open to work."""
    return _read("offers.txt")


# A sentence in which its writer recruits, or welcomes those who do, or shuts out only some ("if your pay is secret").
NO_REFUSAL = re.compile(
    r"^(?!.*(?:recruit|head ?hunt|agenc|staffing|sourcer)).*\b(?:if|unless) (?:your?|it|this|the|there)\b|"
    r"\b(?:i am|i'm|as) (?:a |an |your )(?:\w+ ){0,3}(?:recruiter|headhunter|sourcer)\b"
    r"|\brecruiters (?:are )?(?:very )?welcome\b"
    r"|\bno need to\b|\bno (?:matter|wonder|problem)\b|スカウト(?:大?歓迎)"
)
# Words shortly before an offer that deny it or make it somebody else's …
MEANT_FOR_OTHERS = re.compile(
    r"(?:\b(?:not|n't|never|no longer|isn't|stopped|without|nor|cannot|if you|if you're|if you are|you're|you are"
    r"|you|your|we|we're|we are|our|people|folks|candidates|developers|devs|engineers|students|graduates|those|anyone"
    r"|everyone|who|they|they're|he's|she's|help|helps|helping|nicht|kein|keine|keinen|wir|pas|plus|nous|ne|no|ya no"
    r"|não|nao|non|nessun|niet|geen|wij|we zijn|nie|не|ми|мы)\b(?:\W+\w+){0,2}\W*"
    r"|(?:不|没|沒|没有|沒有|暂不|暫不|别|別|無需|帮你|幫你|帮助)[^,。]{0,3})$"
)
# … and words right after it.
TAKEN_AWAY = re.compile(
    r" ?(?:では|じゃ)(?:ありません|ない|なく)|は?していません| ?(?:이|가)? ?(?:아님|아닙|아니)"
    r"|: ?(?:no|nope|nein|non|false|❌)\b"
)
