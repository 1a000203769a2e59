"""Texts at Hacker News: posts of people who want to be hired in all their forms, employers, user pages."""

import html
from datetime import datetime
from zoneinfo import ZoneInfo

from sourcing.demo.bios import OPT_OUTS, claims, headline, words
from sourcing.demo.cast import Cast, Person
from sourcing.demo.chance import Chance
from sourcing.demo.links import github_page, names_github, site
from sourcing.demo.naming import firm
from sourcing.demo.stock import Place

_REMOTE = ("Yes", "No", "Only", "Hybrid", "Preferred", "Yes, or on-site", "Remote only")
_RELOCATE = ("No", "Yes", "Maybe, within Europe", "Yes, for the right team", "Not now")
_SIDES = ("I like small teams and clear writing.", "Ten years of shipping.", "I enjoy teaching.", "Part-time is fine.")


def escaped(text: str) -> str:
    """HTML as Hacker News writes it: slashes and quotes are entities too."""
    return html.escape(text, quote=False).replace("/", "&#x2F;").replace("'", "&#x27;").replace('"', "&quot;")


def anchor(url: str) -> str:
    """A link, its visible text cut like the site's."""
    shown = url if len(url) <= 60 else url[:57] + "..."
    return f'<a href="{escaped(url)}" rel="nofollow">{escaped(shown)}</a>'


def post(chance: Chance, cast: Cast, person: Person) -> str:
    """One candidate's post."""
    rows, tail = _rows(chance, cast, person), _tail(chance, person)
    style = chance.below(20)
    if style < 11:
        return "<p>".join([f"{label}: {value}" for label, value in rows] + tail)
    if style < 14:
        block = "\n".join(f"  {label}: {_plain(value)}" for label, value in rows)
        return f"<p><pre><code>{block}\n</code></pre>\n" + "<p>".join(tail)
    if style < 18:
        return "<p>".join([_loose(chance, label, value) for label, value in rows] + tail)
    return _free(chance, cast, person, tail)


def _rows(chance: Chance, cast: Cast, person: Person) -> list[tuple[str, str]]:
    place, known = person.place, words(claims(person))
    where = chance.pick(
        (place.city, f"{place.city}, {place.country}", f"{place.city}, {place.country} ({_offset(place)})", place.other)
    )
    technologies = known or "HTML, CSS, JavaScript"
    rows = [
        ("Location", escaped(where)),
        ("Remote", chance.pick(_REMOTE)),
        ("Willing to relocate", chance.pick(_RELOCATE)),
        ("Technologies", escaped(f"{technologies}, {chance.pick(('Git', 'Linux (Debian/Ubuntu)', 'AWS', 'Go'))}")),
        (chance.pick(("Résumé&#x2F;CV", "Resume&#x2F;CV", "CV")), _resume(chance, person)),
        ("Email", _email(chance, person)),
    ]
    if names_github(cast, person):
        rows.insert(chance.between(4, 6), ("GitHub", anchor(github_page(person.login))))
    return rows


def _offset(place: Place) -> str:
    """The zone as people write it, "UTC+2"."""
    shift = datetime(2026, 1, 15, tzinfo=ZoneInfo(place.zone)).utcoffset()
    hours = (shift.total_seconds() if shift else 0) / 3_600
    return f"UTC{hours:+.4g}"


def _resume(chance: Chance, person: Person) -> str:
    return chance.pick((anchor(f"{site(person)}/cv.pdf"), "on request", "available on request", anchor(site(person))))


def _email(chance: Chance, person: Person) -> str:
    name, domain = person.latin.replace(" ", "."), f"mail{person.index}.example"
    host, _, top = domain.partition(".")
    forms = [f"{name}@{domain}"] * 3
    forms += [f"{name} [at] {host} [dot] {top}", f"{name} at {host} dot {top}", "see profile"]
    return escaped(chance.pick(forms))


def _tail(chance: Chance, person: Person) -> list[str]:
    lines = [escaped(f"{headline(person)}. {chance.pick(_SIDES)}")]
    return [*lines, escaped(OPT_OUTS[person.index % len(OPT_OUTS)])] if person.opted_out else lines


def _plain(value: str) -> str:
    if not value.startswith("<a "):
        return value
    return value.partition(">")[2].removesuffix("</a>")


def _loose(chance: Chance, label: str, value: str) -> str:
    renamed = {"Technologies": ("Skills", "Stack", "Tech"), "Location": ("location", "Based in", "LOCATION")}
    shown = chance.pick(renamed.get(label, (label, label.upper(), label.lower())))
    return chance.pick((f"* {shown}: {value}", f"- {shown} - {value}", f"**{shown}**: {value}", f"{shown}:\t{value}"))


def _free(chance: Chance, cast: Cast, person: Person, tail: list[str]) -> str:
    text = f"{headline(person)} in {person.place.city}, {person.place.country}. I work with {words(claims(person))}."
    linked = f" {anchor(github_page(person.login))}" if names_github(cast, person) else ""
    return "<p>".join([escaped(text) + linked, f"Remote {chance.pick(('only', 'or hybrid'))}.", *tail])


def reply(chance: Chance) -> str:
    """An answer below a post; never a candidate."""
    return escaped(chance.pick(("Sent you a mail.", "We are hiring, have a look at our page!", "Your link is dead.")))


def employer(chance: Chance) -> str:
    """A post in an employers' thread."""
    name, job = firm(chance).capitalize(), chance.pick(("ML Engineer", "Data Scientist", "MLOps Engineer", "Backend"))
    first = f"{name} | {job} | {chance.pick(('REMOTE', 'Berlin', 'London', 'ONSITE Toronto'))} | Full-time"
    page = anchor(f"https://{name.lower()}.example/jobs")
    return f"{escaped(first)}<p>Location: our office<p>Technologies: Python, PyTorch<p>Apply: {page}"


def about(chance: Chance, cast: Cast, person: Person) -> str | None:
    """The about text of a user page; half have none."""
    lines = []
    if names_github(cast, person) and chance.often(0.6):
        lines.append(anchor(github_page(person.login)))
    if chance.often(0.3):
        lines.append(escaped(headline(person)))
    if chance.often(0.2):
        lines.append(anchor(site(person)))
    if person.opted_out:
        lines.append(escaped(OPT_OUTS[person.index % len(OPT_OUTS)]))
    return "<p>".join(lines) or None
