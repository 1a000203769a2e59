"""Hacker News through both of its doors: Algolia's search and Firebase's items."""

import re
from typing import Any

from sourcing.demo.clock import stamp_ms
from sourcing.demo.server.exchange import Answer, Question, say
from sourcing.demo.threads import Item, Threads
from sourcing.demo.works import Record
from sourcing.demo.world import World

_NUMERIC = re.compile(r"created_at_i(>=|<=|>|<|=)(\d+)")
_HITS = 20


# ---- Algolia ----------------------------------------------------------------------------------------------


def search(world: World, question: Question) -> Answer:
    """GET /search_by_date and /search, for stories and comments."""
    query, tags = question.query.get("query", ""), question.query.get("tags", "")
    rows = [item for item in _tagged(world.threads, tags) if _matches(item, query)]
    rows = [item for item in rows if _within(item, question.query.get("numericFilters", ""))]
    rows.sort(key=lambda item: (-item.at, -item.id))
    page, size = _number(question, "page", 0), min(_number(question, "hitsPerPage", _HITS), 1_000)
    hits = [_hit(world.threads, item) for item in rows[page * size : (page + 1) * size]]
    pages = -(-min(len(rows), 1_000) // max(size, 1))
    counts = {"nbHits": len(rows), "page": page, "nbPages": pages, "hitsPerPage": size, "exhaustiveNbHits": True}
    return say({"hits": hits} | counts | {"query": query, "params": "", "processingTimeMS": 1})


def _number(question: Question, name: str, default: int) -> int:
    text = question.query.get(name, "")
    return int(text) if text.isdigit() else default


def _tagged(threads: Threads, tags: str) -> list[Item]:
    wanted = [tag.strip("()") for tag in tags.split(",") if tag]
    return [
        item
        for item in threads.items.values()
        if not item.deleted and all(tag in _tags(threads, item) for tag in wanted)
    ]


def _tags(threads: Threads, item: Item) -> list[str]:
    story = _story(threads, item)
    kinds = ["ask_hn"] if item.kind == "story" else []
    return [item.kind, f"author_{item.by}", f"story_{story.id}", *kinds]


def _story(threads: Threads, item: Item) -> Item:
    while item.parent:
        item = threads.items[item.parent]
    return item


def _matches(item: Item, query: str) -> bool:
    text = f"{item.title} {item.text}".lower()
    phrases = re.findall(r'"([^"]+)"', query)
    words = re.sub(r'"[^"]*"', " ", query).split()
    return all(part.lower() in text for part in phrases + words)


def _within(item: Item, filters: str) -> bool:
    for sign, bound in _NUMERIC.findall(filters):
        moment, edge = item.at, int(bound)
        fits = {">": moment > edge, "<": moment < edge, ">=": moment >= edge, "<=": moment <= edge, "=": moment == edge}
        if not fits[sign]:
            return False
    return True


def _hit(threads: Threads, item: Item) -> Record:
    story, own = _story(threads, item), item.kind == "story"
    return {
        "created_at": stamp_ms(item.at),
        "created_at_i": item.at,
        "title": item.title or None,
        "url": None,
        "author": item.by,
        "points": 100 if own else None,
        "story_text": item.text if own else None,
        "comment_text": None if own else item.text,
        "num_comments": len(item.kids) if own else None,
        "story_id": story.id,
        "story_title": None if own else story.title,
        "parent_id": item.parent or None,
        "_tags": _tags(threads, item),
        "objectID": str(item.id),
    }


def tree(world: World, question: Question) -> Answer:
    """GET /items/{id}: the item with everything below it; deleted posts are left out."""
    item = world.threads.items.get(int(question.path["number"]))
    if item is None or item.deleted:
        return say({"status": 404, "error": "Not Found"}, 404)
    return say(_branch(world.threads, item))


def _branch(threads: Threads, item: Item) -> Record:
    kids = [threads.items[kid] for kid in item.kids]
    return {
        "id": item.id,
        "created_at": stamp_ms(item.at),
        "created_at_i": item.at,
        "type": item.kind,
        "author": item.by,
        "title": item.title or None,
        "url": None,
        "text": item.text,
        "points": 100 if item.kind == "story" else None,
        "parent_id": item.parent or None,
        "story_id": _story(threads, item).id,
        "children": [_branch(threads, kid) for kid in kids if not kid.deleted],
        "options": [],
    }


def found_user(world: World, question: Question) -> Answer:
    """GET /users/{name}."""
    page = world.threads.users.get(question.path["name"])
    if page is None:
        return say({"status": 404, "error": "Not Found"}, 404)
    return say({"username": page["id"], "about": page.get("about", ""), "karma": page["karma"]})


# ---- Firebase ---------------------------------------------------------------------------------------------


def item(world: World, question: Question) -> Answer:
    """GET /item/{id}.json; null for a missing one."""
    found = world.threads.items.get(int(question.path["number"]))
    return say(None if found is None else _shown(found))


def _shown(found: Item) -> Record:
    base: dict[str, Any] = {"id": found.id, "time": found.at, "type": found.kind}
    if found.parent:
        base["parent"] = found.parent
    if found.kids:
        base["kids"] = list(found.kids)
    if found.deleted:
        return base | {"deleted": True}
    base |= {"by": found.by, "text": found.text}
    if found.kind == "story":
        base |= {"title": found.title, "score": 100, "descendants": len(found.kids)}
    return base


def user(world: World, question: Question) -> Answer:
    """GET /user/{name}.json; names are case-sensitive, null for a missing one."""
    return say(world.threads.users.get(question.path["name"]))


def newest(world: World, _: Question) -> Answer:
    """GET /maxitem.json."""
    return say(max(world.threads.items))
