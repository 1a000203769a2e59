"""Taking addresses and numbers of contact out of a text: they are never stored, hidden ones are not decoded."""

import re
from typing import NamedTuple

SEE_POST = "[contact: see post]"

_OPEN, _CLOSE = r"[\[({<]\s{0,2}", r"\s{0,2}[\])}>]"
_NAME = r"(?<![\w.+%-])[\w.+%-]{1,64}"
_DOT = rf"\s{{0,2}}(?:\.|{_OPEN}(?:dot|\.){_CLOSE}|\bdot\b)\s{{0,2}}"
_HOSTS = r"(?:gmail|googlemail|outlook|hotmail|live|yahoo|icloud|proton(?:mail)?|fastmail|gmx|pm|hey|zoho(?:mail)?)"
_PLAIN = re.compile(rf"{_NAME}@[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{0,4}}")
_BRACKETED = re.compile(
    rf"{_NAME}\s{{0,3}}{_OPEN}(?:at|@){_CLOSE}\s{{0,3}}[\w-]{{1,63}}(?:{_DOT}[a-z]{{2,24}}){{0,3}}", re.IGNORECASE
)
# "work at example.com" is a sentence, "name at example dot com" and "name at gmail.com" are addresses.
_SPOKEN = re.compile(
    rf"{_NAME}\s{{1,3}}(?:at|@)\s{{1,3}}(?:[\w-]{{1,63}}(?:\s{{1,2}}dot\s{{1,2}}[a-z]{{2,24}}){{1,3}}"
    rf"|{_HOSTS}(?:{_DOT}[a-z]{{2,24}})?\b)",
    re.IGNORECASE,
)
# What every address of the kind holds, found at a tenth of the cost.
_IN_BRACKETS = re.compile(rf"{_OPEN}(?:at|@){_CLOSE}", re.IGNORECASE)
_BETWEEN_SPACES = re.compile(r"\s(?:at|@)\s", re.IGNORECASE)
_EIGHT = re.compile(r"\d(?:[\s().-]{0,2}\d){7}")  # digits in a row, as every number of a telephone has them
# What every address of any kind holds: "@", a bracket, or "at" between spaces. Its letter comes first, as a set of
# letters is what is found without trying the whole pattern at every place.
_ANY = r"[@(\[<{%saA](?:(?<![aA])|(?<=\s[aA])[tT]\s)"
_MAIL = re.compile(_ANY % "")
_MAIL_OR_DIGIT, _MAIL_OR_ASCII_DIGIT = re.compile(_ANY % r"\d"), re.compile(_ANY % "0-9")  # half as long
_NUMBER = re.compile(r"(?<![\w/.=-])\+?\(?\d(?:[\s().-]{0,2}\d){8,14}(?![\w/])")


# What hardly is anything else: no "@ada@social.example", "react@18.2", "git@host:path".
_SURE = re.compile(r"(?<![\w.+%@/-])(?!git@)[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,4}\.[A-Za-z]{2,24}(?![\w(])")


# As people write theirs: with a country's or a trunk prefix, or the three groups of North America. Ids of papers
# and researchers, versions and lists of years are none.
_PHONE = re.compile(
    r"(?<![\w/.=-])(?:(?:\+\s?\d|00[1-9]|\(?0[1-9])(?:[\s().-]{0,2}\d){7,13}|\(?[2-9]\d{2}\)?[\s.-]\d{3}[\s.-]\d{4})"
    r"(?![\w/])(?![\s().-]{0,2}\d)"
)


class Taken(NamedTuple):
    """A text without what was taken out, and how much that was."""

    text: str
    removed: int


def without_mail(text: str) -> Taken:
    """The text with e-mail addresses, however written, replaced by `SEE_POST`; numbers stay."""
    if not _MAIL.search(text):
        return Taken(text, 0)
    removed = 0
    if "@" in text:
        text, removed = _SURE.subn(SEE_POST, text)
    for sign, pattern in ((_IN_BRACKETS, _BRACKETED), (_BETWEEN_SPACES, _SPOKEN)):
        if sign.search(text):
            text, count = pattern.subn(SEE_POST, text)
            removed += count
    return Taken(text, removed)


def without_phones(text: str) -> Taken:
    """The text with telephone numbers replaced by `SEE_POST`."""
    return Taken(*_PHONE.subn(SEE_POST, text)) if _EIGHT.search(text) else Taken(text, 0)


def without_mail_and_phones(text: str) -> Taken:
    """The text with both replaced by `SEE_POST`; most texts are looked through once for either."""
    sign = _MAIL_OR_ASCII_DIGIT if text.isascii() else _MAIL_OR_DIGIT
    if not sign.search(text):
        return Taken(text, 0)
    text, mail = without_mail(text)
    text, phones = without_phones(text)
    return Taken(text, mail + phones)


def without_contacts(text: str) -> str:
    """The text with e-mail addresses, however written, and telephone numbers replaced by `SEE_POST`."""
    for pattern in (_PLAIN, _BRACKETED, _SPOKEN, _NUMBER):
        text = pattern.sub(SEE_POST, text)
    return text
