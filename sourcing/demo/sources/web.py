"""Invented people's own sites: pages with the mark-up real ones have, all served by one stand-in.

Some name the owner's accounts back, some only describe them, some are bare, gone, or ask not to be kept.
"""

import json
import re
from html import escape
from typing import Any
from urllib.parse import urlsplit

from sourcing.demo.bios import claims, company, headline
from sourcing.demo.cast import Cast, Person
from sourcing.demo.chance import Chance, Wheel
from sourcing.demo.links import site, website
from sourcing.demo.server.desk import Door
from sourcing.demo.server.exchange import Answer, Question, say
from sourcing.demo.sources import Venue
from sourcing.demo.world import World
from storage.records import AccountKey
from storage.text import link_key

# How owners build their sites; shares are ours.
_STYLES = Wheel(("h-card", "json-ld", "bare", "gone", "unlisted"), (0.5, 0.25, 0.17, 0.05, 0.03))
_INDEX = re.compile(r"(?:~|[^0-9])(\d+)(?:\.example)?$")
_HTML = "text/html; charset=utf-8"
_MORE = re.compile(r"/?resume\.json$")


def page(world: World, question: Question) -> Answer:
    """GET /{host}/{path}: the home page of a site, or its résumé."""
    path = f"{question.path['host']}/{question.path['rest']}".rstrip("/")
    person = owner(world, _MORE.sub("", path))
    if person is None or _style(world.cast, person) == "gone":
        return Answer(b"<title>Not found</title>", 404, media=_HTML)
    if _MORE.search(path):
        return say(_resume(world, person)) if _has_resume(world.cast, person) else Answer(b"", 404, media=_HTML)
    return Answer(_page(world, person).encode(), media=_HTML)


def owner(world: World, site_key: str) -> Person | None:
    """Whose site that is."""
    found = _INDEX.search(site_key)
    index = int(found[1]) if found else -1
    if not 0 <= index < world.cast.size:
        return None
    person = world.cast.people[index]
    return person if link_key(site(person)) == site_key else None


def names_back(world: World, person: Person) -> bool:
    """Whether the site names the owner's GitHub account in its mark-up."""
    style = _style(world.cast, person)
    drawn = Chance(world.cast.seed, person.index, "web", "back").often(0.7)
    return bool(world.login(person.index)) and style in ("h-card", "json-ld") and drawn


def _style(cast: Cast, person: Person) -> str:
    return _STYLES.spin(Chance(cast.seed, person.index, "web", "style"))


def _has_resume(cast: Cast, person: Person) -> bool:
    return Chance(cast.seed, person.index, "web", "resume").often(0.2)


def accounts(world: World, person: Person) -> list[str]:
    """Addresses of the owner's accounts that the site names in its mark-up."""
    chance = Chance(world.cast.seed, person.index, "web", "accounts")
    urls = [f"https://github.com/{world.login(person.index)}"] if names_back(world, person) else []
    if person.kaggle and chance.often(0.5):
        urls.append(f"https://www.kaggle.com/{person.kaggle}")
    return urls


def _facts(world: World, person: Person) -> dict[str, Any]:
    """What the site says; a move or a new biography changes it from one day to the next."""
    changed = sum(change.kind in ("move", "bio") for change in world.past.get(person.index, ()))
    return {
        "name": person.name,
        "title": headline(person) + (" (new)" if changed else ""),
        "company": company(person),
        "place": person.place.city,
        "skills": list(claims(person)),
    }


def _page(world: World, person: Person) -> str:
    facts, style = _facts(world, person), _style(world.cast, person)
    head = f"<title>{escape(facts['name'])}</title>"
    if style == "unlisted":
        head += '<meta name="robots" content="noindex">'
    wish = "<p>No recruiters, please.</p>" if person.opted_out else ""
    more = f'<a href="{_path(person)}/resume.json">CV</a>' if _has_resume(world.cast, person) else ""
    body = {"json-ld": _json_ld, "bare": _bare}.get(style, _h_card)(world, person, facts)
    return f"<!doctype html><html><head>{head}</head><body>{body}{wish}{more}</body></html>"


def _path(person: Person) -> str:
    return urlsplit(site(person)).path.rstrip("/")


def _bare(_: World, __: Person, facts: dict[str, Any]) -> str:
    return f"<h1>Hello</h1><p>{escape(facts['title'])}</p>"


def _h_card(world: World, person: Person, facts: dict[str, Any]) -> str:
    links = "".join(f'<a rel="me" href="{escape(url)}">account</a>' for url in accounts(world, person))
    org = f'<span class="p-org">{escape(facts["company"])}</span>' if facts["company"] else ""
    skills = "".join(f'<span class="p-category">{escape(skill)}</span>' for skill in facts["skills"])
    return (
        f'<div class="h-card"><b class="p-name">{escape(facts["name"])}</b> '
        f'<span class="p-job-title">{escape(facts["title"])}</span> {org} '
        f'<span class="p-locality">{escape(facts["place"])}</span> {skills}</div>{links}'
    )


def _json_ld(world: World, person: Person, facts: dict[str, Any]) -> str:
    said = {
        "@context": "https://schema.org",
        "@type": "Person",
        "name": facts["name"],
        "jobTitle": facts["title"],
        "address": {"@type": "PostalAddress", "addressLocality": facts["place"]},
        "knowsAbout": facts["skills"],
        "sameAs": accounts(world, person),
    } | ({"worksFor": {"@type": "Organization", "name": facts["company"]}} if facts["company"] else {})
    # As data inside a script element: no character may end it.
    text = json.dumps(said).replace("<", "\\u003c")
    return f'<script type="application/ld+json">{text}</script>'


def _resume(world: World, person: Person) -> dict[str, Any]:
    facts = _facts(world, person)
    basics = {"name": facts["name"], "label": facts["title"], "location": {"city": facts["place"]}}
    work = [{"name": facts["company"], "position": facts["title"], "startDate": "2021-04-01"}]
    skills = [{"name": skill} for skill in facts["skills"]]
    return {"basics": basics, "work": work if facts["company"] else [], "skills": skills}


def _key(world: World, person: Person) -> AccountKey | None:
    """The site's account: only where site and GitHub account name each other, and recruiters are not refused."""
    if person.opted_out or not person.login or not names_back(world, person):
        return None
    named = website(world.cast, person) == site(person)
    key = link_key(site(person))
    return AccountKey("web", key) if named and key and person.kind == "User" else None


def _options(base: str) -> dict[str, object]:
    return {"stand_in": f"{base}/web", "allow": [urlsplit(base).netloc], "delay": 0, "concurrency": 8}


VENUE = Venue(
    name="web",
    doors=lambda: [("GET", "/web/{host}/{rest:path}", Door("web", "page", "web", page))],
    options=_options,
    key=_key,
)
