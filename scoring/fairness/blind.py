"""A lead without what tells who somebody is: names, pronouns and gendered words, cut before anything is scored.

No component asks for them, but a title or a skill is found by comparing words, and a name is a word too: a person
called Julia must not get a skill by it, and a chairman no other likeness than a chairwoman.
"""

import re
from functools import lru_cache

from scoring.fairness.words import NAMED, TELLING, neutral, telling
from storage.records import Account, Evidence, Lead

_INTRODUCES = re.compile(NAMED, re.IGNORECASE)
_PLAIN = re.compile(r"[ -~]+")
_OTHER_CASES = frozenset("\u0130\u0131\u017f")  # taken for i and s by a pattern that ignores case, and not by `lower`


def blind(lead: Lead) -> Lead:
    """The lead as it may be scored; itself if there is nothing to cut. Handles and addresses stay: they are keys."""
    names = tuple(sorted({account.name for account in lead.accounts if account.name}))
    accounts = tuple(_account(account, names) for account in lead.accounts)
    work = tuple(_work(one, names) for one in lead.evidence)
    same = all(new is old for new, old in zip((*accounts, *work), (*lead.accounts, *lead.evidence), strict=True))
    return lead if same else lead.model_copy(update={"accounts": accounts, "evidence": work})


def _account(account: Account, names: tuple[str, ...]) -> Account:
    cut = {"name": None, "headline": plain(account.headline, names), "bio": plain(account.bio, names)}
    said = {key: value for key, value in cut.items() if value != getattr(account, key)}
    return account.model_copy(update=said) if said else account


def _work(one: Evidence, names: tuple[str, ...]) -> Evidence:
    cut = {"title": plain(one.title, names) or "", "text": plain(one.text, names)}
    said = {key: value for key, value in cut.items() if value != getattr(one, key)}
    return one.model_copy(update=said) if said else one


def plain(text: str | None, names: tuple[str, ...] = ()) -> str | None:
    """A text without the person's name and with neutral words; None stays None."""
    if not text:
        return text
    mention = _mention(names) if _may_name(text, names) else None
    without = mention.sub(" ", text) if mention is not None else text
    return TELLING.sub(neutral, without) if telling(without) else without


def _may_name(text: str, names: tuple[str, ...]) -> bool:
    """Whether a text may name somebody: a quick look, since most do not and the pattern of a name is dear to make."""
    runs = _runs(names)
    if runs is None or not _OTHER_CASES.isdisjoint(text):
        return True
    low, (whole, parts) = text.lower(), runs
    if any(run in low for run in whole):
        return True
    return any(run in low for run in parts) and _INTRODUCES.search(text) is not None


@lru_cache(maxsize=4096)
def _runs(names: tuple[str, ...]) -> tuple[list[str], list[str]] | None:
    """Letters of which some stand wherever a text bears a full name, and a part of one; None where there are none."""
    whole = {_letters(name) for name in names if len(name.split()) > 1}
    parts = {_letters(part) for name in names for part in name.split() if len(part) > 1}
    return None if "" in whole | parts else (sorted(whole), sorted(parts))


def _letters(name: str) -> str:
    """The longest run of plain letters, in lower case."""
    return max(_PLAIN.findall(name), key=len, default="").lower()


@lru_cache(maxsize=4096)
def _mention(names: tuple[str, ...]) -> re.Pattern[str] | None:
    """Where a text names its author: a full name anywhere, a part of it only after "I'm" or "my name is".

    "Ray" alone is a library as well: cut everywhere it would take the evidence from everybody who is called so.
    """
    whole = sorted({re.escape(name) for name in names if len(name.split()) > 1}, key=len, reverse=True)
    parts = sorted({re.escape(part) for name in names for part in name.split() if len(part) > 1}, key=len, reverse=True)
    if not parts:
        return None
    any_part = rf"(?:{'|'.join(parts)})"
    introduced = rf"(?<!\w){NAMED}{any_part}(?:\s+{any_part})*(?!\w)"
    named = [rf"(?<!\w)(?:{'|'.join(whole)})(?!\w)"] if whole else []
    return re.compile("|".join([introduced, *named]), re.IGNORECASE)
