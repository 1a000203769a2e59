"""HTML out of what sources say: all escaped, texts of people isolated by direction, links only where they may lead."""

from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from storage.text import Address, check_address, display

MOST = 4_000  # characters of one text on a page


def person_text(text: object, limit: int = MOST) -> Markup:
    """A text of somebody else's: display form, escaped, isolated so that its direction stays inside."""
    shown = display(str(text), limit=limit)[0] if text not in (None, "") else ""
    return Markup("<bdi>{}</bdi>").format(shown)


def link(url: object, text: object = None) -> Markup:
    """A link out of the house; only http and https, host in ASCII form; anything else is plain text."""
    address = check_address(str(url or ""))
    if not isinstance(address, Address):
        return person_text(text if text is not None else url)
    words = person_text(text if text is not None else _short(address.url))
    if not address.host.isascii():
        words += Markup(" ({})").format(address.ascii_host)  # letters of other scripts look like those of a known host
    return Markup('<a href="{}" rel="noopener noreferrer nofollow" target="_blank">{}</a>').format(address.url, words)


def _short(address: str) -> str:
    parts = urlsplit(address)
    return (parts.netloc.removeprefix("www.") + parts.path).rstrip("/")


def _score(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value * 100:.0f} %"


def _day(at: datetime | None) -> str:
    return "undated" if at is None else f"{at:%d %b %Y}"


def _number(value: float) -> str:
    return f"{value:,.0f}".replace(",", "\u202f")  # a thin space, as tables of figures use it


def environment(folder: Path) -> Environment:
    """The templates of a folder; filters `person`, `score`, `percent`, `day`, `number`, and the function `link`."""
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"person": person_text, "score": _score, "percent": _percent, "day": _day, "number": _number}
    made.globals |= {"link": link}
    return made
