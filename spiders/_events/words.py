"""What people write about themselves on a programme: names without decoration, texts without what is never stored."""

import re
from collections.abc import Iterator

from spiders._reading.clean import BIO, EXCERPT, FREE_TEXT, NAME, clean, clean_lines
from spiders._reading.contacts import SEE_POST, without_contacts

_PRONOUN = r"(?:she|her|hers|he|him|his|they|them|theirs|ze|hir|xe|xem|sie|ihr|er|ihm|elle|il|iel|ella|él|any|all)"
_PRONOUNS = re.compile(
    rf"[(\[]?\b(?:pronouns?:?\s{{0,3}})?{_PRONOUN}(?:\s?/\s?{_PRONOUN}){{1,3}}\b(?: pronouns)?[)\]]?\.?", re.IGNORECASE
)
_AGE = re.compile(
    r"\b(?:I am |I'm |aged? )?\d{1,2}[- ]years?[- ]old\b|\baged? \d{1,2}\b|\b\d{1,2} Jahre alt\b", re.IGNORECASE
)
_PICTURE = re.compile(r"!\[[^\]\n]{0,200}\]\([^()\s]{1,2048}\)")
_MARKED = re.compile(r"\[([^\]\n]{1,300})\]\(([^()\s]{1,2048}(?:\([^()\s]{0,100}\))?)\)(?:\{:[^}\n]{0,100}\})?")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,500}>")
_ADDRESS = re.compile(r"https?://[^\s<>\"'`|\])}]{1,2048}", re.IGNORECASE)
_TITLES = re.compile(
    r"^(?:(?:(?:prof|dr|dipl|ing|phil|rer|nat|med|habil|mr|mrs|ms|mx)\.(?:[-\s]|(?=\w))*|(?:prof|dr|mr|mrs|ms|mx)\s+))+",
    re.IGNORECASE,
)
_AFTER = re.compile(r",?\s*\b(?:ph\.?\s?d|m\.?sc|b\.?sc|mba|msc|bsc)\b\.?", re.IGNORECASE)
_SYMBOLS = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2190-\u21ff\u2b00-\u2bff\ufe0f\u200d\u20e3]")
_COMPANY = re.compile(
    r"\b(?:GmbH|gGmbH|Inc|Ltd|LLC|e\. ?V|S\.?A\.?S?|B\.?V|AG|Foundation|Stiftung|Team|Committee|Organi[sz]ers?|"
    r"Volunteers?|Staff|Sponsors?|University|Institute|Consortium|Corporation|Technologies|Labs)\b\.?$",
    re.IGNORECASE,
)
_UNDER_AGE = re.compile(r"\bunder (?:the age of )?1[0-8]\b|\bminor\b", re.IGNORECASE)


def name(value: str | None) -> str | None:
    """A person's name without titles, pronouns and emoji; None when nothing is left."""
    text = _SYMBOLS.sub(" ", _PRONOUNS.sub(" ", (value or "")[:FREE_TEXT]))
    text = _AFTER.sub("", _TITLES.sub("", text.strip()))
    return clean(text.strip(" -–—|,·"), NAME)


def is_organisation(value: str) -> bool:
    """Whether the name on a programme is a company's or a team's."""
    return _COMPANY.search(value) is not None


def bio(value: str | None) -> str | None:
    """A biography in plain text, without contacts, pronouns, ages and pictures."""
    return clean_lines(plain(value), BIO)


def excerpt(value: str | None) -> str | None:
    """The text of a talk in plain text, without contacts."""
    return clean_lines(without_contacts(_unmarked(value)).replace(SEE_POST, ""), EXCERPT)


def plain(value: str | None) -> str:
    """Markdown and HTML as plain text, without what is never stored."""
    return private_taken_out(_unmarked(value))


def _unmarked(value: str | None) -> str:
    return _TAG.sub(" ", _MARKED.sub(r"\1", _PICTURE.sub("", (value or "")[:FREE_TEXT])))


def private_taken_out(text: str) -> str:
    """The text without contacts, pronouns and ages."""
    text = text[:FREE_TEXT]
    return _AGE.sub("", _PRONOUNS.sub("", without_contacts(text))).replace(SEE_POST, "")


def addresses(value: str | None) -> list[str]:
    """Web addresses in a text, in their order, those of pictures left out."""
    text = _PICTURE.sub("", (value or "")[:FREE_TEXT])
    return [*(match[2] for match in _MARKED.finditer(text)), *_bare(_MARKED.sub(" ", text))]


def _bare(text: str) -> Iterator[str]:
    return (address.rstrip(".,;:!?*_") for address in _ADDRESS.findall(text))


def asks_age(question: str) -> bool:
    """Whether a question of an organiser asks for being under age."""
    return _UNDER_AGE.search(question) is not None
