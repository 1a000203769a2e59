"""What is cut from a text before places are looked for: flags, brackets, postcodes, and where people used to be."""

import re

LIMIT = 200  # code points read; the limit of a location field

_FLAG = re.compile(r"([\U0001F1E6-\U0001F1FF])([\U0001F1E6-\U0001F1FF])")
_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_POSTCODE = re.compile(r"\b\d{4,6}\b|\b[A-Z]{1,2}\d[A-Z\d]?(?: ?\d[A-Z]{2})?\b")
# "or" only as a word: "Salem, OR" is in Oregon.
_ALTERNATIVES = re.compile(
    r"\s*(?:[/|;&•·!➡✈\n\u2190-\u21ff\u27f0-\u27ff\u2900-\u297f\u2b00-\u2bff]|<-*>|-+>|\s-+\s|\s–\s|\s—\s|\b[aA]nd\b|\bor\b|\bOr\b|\+|\b[vV]ia\b)\s*"
)
_IANA = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z_/+-]+[a-z]")

_NOW = re.compile(r"(?i)\b(?:now|currently|presently|(?:liv|bas|resid|work)(?:ing|es|ed|e) (?:in|at|from))\b")
_THEN = re.compile(
    r"(?i)\b(?:ex[- ](?=\w)|former(?:ly)?\b|previous(?:ly)?\b|original(?:ly)?\b|born\b|raised in\b|grew up in\b|"
    r"native of\b|hometown\b|from\b)"
)
_PAST = re.compile(
    r"(?i)\b(?:ex[- ](?=\w)|former(?:ly)?\b|previous(?:ly)?\b|originally\b|born (?:and raised )?in\b|raised in\b|"
    r"grew up in\b|native of\b)[^,;/|()]*"
)
COUNTRY_MARK = "flag of"


def zone_name(text: str) -> str | None:
    """The text, if it is written like the name of an IANA time zone."""
    return text.strip() if _IANA.fullmatch(text.strip()) else None


def present(text: str) -> str:
    """Only where somebody is now: "ex-London, now Oslo" is Oslo."""
    now = _NOW.search(text)
    if now is not None and _THEN.search(text[: now.start()]):
        return text[now.start() :]
    return _PAST.sub(" ", text)


def flags_named(text: str) -> str:
    """A flag emoji becomes the code of its country, marked as such: 🇬🇪 is never the state of Georgia."""
    return _FLAG.sub(lambda found: f", {COUNTRY_MARK} {_letters(*found.groups())}, ", text)


def _letters(*flag: str) -> str:
    return "".join(chr(ord(letter) - 0x1F1E6 + ord("A")) for letter in flag)


def flat(text: str) -> str:
    """Brackets as a further part: "Paris (France)" is "Paris, France"."""
    return _BRACKETS.sub(r", \1", text)


def alternatives(text: str) -> list[str]:
    """The places said side by side: "Berlin / Lisbon"."""
    return _ALTERNATIVES.split(text)


def parts(text: str) -> list[str]:
    """Narrow and wider names, "Cambridge, MA, USA", without postcodes."""
    return [_POSTCODE.sub(" ", piece) for piece in re.split(r"[,，、]", text)]
