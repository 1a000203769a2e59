"""Words that tell somebody's gender, with the word that does not, and the words people introduce themselves with."""

import re
from collections.abc import Mapping

# One line per neutral word. "Male connector" says nothing of a person, but a swap of it must change nothing either.
GENDERED: Mapping[str, str] = {
    "they": "he she",
    "their": "his her hers",
    "them": "him",
    "themself": "himself herself",
    "parent": "father mother dad mum mom papa mama",
    "parents": "fathers mothers dads mums moms",
    "partner": "husband wife boyfriend girlfriend",
    "child": "son daughter",
    "children": "sons daughters",
    "sibling": "brother sister",
    "siblings": "brothers sisters",
    "person": "man woman guy gal lad lass gentleman lady",
    "people": "men women guys gals lads gentlemen ladies",
    "young person": "boy girl",
    "young people": "boys girls",
    "gender": "male female",
    "chairperson": "chairman chairwoman",
    "spokesperson": "spokesman spokeswoman",
    "salesperson": "salesman saleswoman",
    "business person": "businessman businesswoman",
    "founder": "foundress",
    "title": "mr mrs",  # not "ms" and "miss": latencies are in ms, and caches miss
}
NEUTRAL: Mapping[str, str] = {word: plain for plain, words in GENDERED.items() for word in words.split()}

_PRONOUNS = (
    r"\b(?:he|she|they|xe|ze|ey)\s*/\s*(?:him|her|them|his|hers|theirs?|xem|xyr|zir|hir|em)(?:\s*/\s*\w{2,6})?\b"
)
# Only a whole word in running text: "her_model.py" is a file, "man-in-the-middle" an attack.
BEFORE, AFTER = r"(?<![\w./@#-])", r"(?![\w/@-]|\.\w)"
TELLING = re.compile(rf"(?i){_PRONOUNS}|{BEFORE}(?:{'|'.join(sorted(NEUTRAL, key=len, reverse=True))}){AFTER}")
_TOLD_BY = frozenset({*NEUTRAL, "they", "xe", "ze", "ey"})
_WORD = re.compile(r"[a-z]+")


def telling(text: str) -> bool:
    """Whether a text may hold a telling word: a quick look, since most hold none."""
    return not _TOLD_BY.isdisjoint(_WORD.findall(text.lower()))


NAMED = r"(?:i['’]?m|i am|my name is|name['’]?s|call me|this is)\s+"


def neutral(found: re.Match[str]) -> str:
    """The neutral word for a telling one; a pair of pronouns disappears."""
    return NEUTRAL.get(found[0].lower(), " ")
