"""Wishes of a person, read from their own words."""

import re

from storage.text._keys import KEY_LIMIT

_WHO = r"(?:recruit(?:er|ers|ment|ing)|head ?hunt(?:er|ers|ing)|sourcers?|staffing|talent (?:agents?|scouts?))"
_FILL = r"(?:[\w'’/&,-]+ ){0,3}"  # "no unsolicited third-party recruiters"
_PHRASES = re.compile(
    "|".join(
        (
            rf"\bno (?!longer\b|one\b){_FILL}{_WHO}\b",
            rf"[❌🚫⛔🙅✋✖✗✘]\ufe0f? ?(?:no )?{_FILL}{_WHO}\b",
            rf"\b{_WHO}\b ?[:=-]+ ?(?:no\b|❌|🚫|⛔|not? )",
            rf"\b{_WHO}\b,? (?:please )?(?:do not|don['’]?t|stay away|go away|keep out|need not|not welcome|leave me)",
            rf"\b(?:not|never) (?:interested|open|available|looking) (?:in|to|for) {_FILL}{_WHO}\b",
            (
                rf"\b(?:do not|don['’]?t|never|stop) (?:please )?(?:contact|e-?mail|message|write|ping|dm)"
                rf"[^.!?\n]{{0,60}}\b{_WHO}\b"
            ),
            rf"\bstop {_FILL}{_WHO}\b",
            r"\bkeine (?:\w+ ){0,2}(?:recruiter|headhunter|personalvermittler|vermittler)",
            r"\b(?:pas de|aucun) (?:recruteurs?|chasseurs? de têtes?)\b",
            r"\b(?:no|sin) (?:reclutadores|cazatalentos)\b",
        )
    )
)
_SPACE = re.compile(r"[ \t\u00a0]+")


def no_recruiters(text: str) -> bool:
    """Say whether a text asks recruiters to stay away; in doubt yes, for the wish hides and erases nothing."""
    return _PHRASES.search(_SPACE.sub(" ", text[:KEY_LIMIT].casefold())) is not None
