"""Whether the vocabularies know a name, and which known names are near: for what checks role files offline."""

from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache

from scoring.skills.broader import broader_terms
from scoring.skills.matcher import tag_key
from scoring.skills.vocabulary import Vocabulary, shipped_vocabulary

_NEAR = 2


def unknown_skills(ids: Iterable[str], known: Vocabulary | None = None) -> dict[str, list[str]]:
    """The skill ids nothing answers to, each with the nearest known ones; `known` is a role's own vocabulary."""
    held = (known or shipped_vocabulary()).ids
    return {one: get_close_matches(one, sorted(held), n=_NEAR) for one in ids if one not in held}


def unknown_tags(tags: Iterable[str]) -> dict[str, list[str]]:
    """Topics and tags no vocabulary has, each with the nearest; a source may know one all the same."""
    return {tag: get_close_matches(tag_key(tag), _tags(), n=_NEAR) for tag in tags if tag_key(tag) not in _tags()}


@cache
def _tags() -> dict[str, None]:
    """Every tag and spelling of both vocabularies as a key, in a fixed order."""
    shipped = (
        name
        for skill in shipped_vocabulary().skills
        for name in (skill.id, *skill.tags, *(alias.text for alias in skill.parsed()))
    )
    broader = (name for term in broader_terms() for name in (term.name, *term.tags, *term.left_out))
    return dict.fromkeys(map(tag_key, (*shipped, *broader)))
