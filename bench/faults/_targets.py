"""What is fuzzed: every function that reads what strangers wrote, by group."""

import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

Target = Callable[[str], object]
MOST_READ = 20_000  # code points of an advert that are read


def _nothing(*_: object) -> None:
    return None


def cleaning() -> dict[str, Target]:
    """Text cleaning, keys, addresses, wishes, secrets."""
    from spiders._reading import contacts as _contacts
    from spiders._reading import prose as _prose
    from storage import redaction, text

    def display(value: str) -> object:
        return text.display(value, limit=4_000), text.excerpt(value, 4_000)

    return {
        "display": display,
        "match_key": text.match_key,
        "handle_key": text.handle_key,
        "check_address": text.check_address,
        "link_key": text.link_key,
        "profile_key": text.profile_key,
        "no_recruiters": text.no_recruiters,
        "availability": text.availability,
        "document": lambda value: text.document([value]),
        "without_instructions": text.without_instructions,
        # As records are: cleaned, with one space in place of many, before anything is cut out of them.
        "without_special": lambda value: text.without_special(text.excerpt(value, 4_000)),
        "without_contacts": _contacts.without_contacts,
        "prose": lambda value: (_prose.plain(value), _prose.shown(value), _prose.links(value, "bio", _nothing)),
        "redacted": redaction.redacted,
    }


def readers() -> dict[str, Target]:
    """Readers of answers: JSON, pages, feeds, posts, files of speakers."""
    from scrapy.http import HtmlResponse

    from spiders._events import people_files
    from spiders._hackernews import posts
    from spiders._reading import shape as _json
    from spiders._research import arxiv
    from spiders._stackexchange import answers
    from spiders._web import marks

    def body(value: str) -> bytes:
        return value.encode("utf-8", "surrogatepass")

    def page(value: str) -> object:
        return marks.read_page(HtmlResponse("https://ada.example/", body=body(value), encoding="utf-8"))

    def resume(value: str) -> object:
        return marks.read_resume(HtmlResponse("https://ada.example/resume.json", body=body(value)))

    def post(value: str) -> object:
        with suppress(posts.NoCandidate):
            return posts.read(value)
        return None

    def speaker(value: str) -> object:
        return people_files.person(value, "ada", "club/site", "https://x.example/", {}, _nothing)

    return {
        "json": lambda value: (_json.loads(body(value)), _json.checked(body(value))),
        "page": page,
        "resume": resume,
        "hackernews": post,
        "arxiv": lambda value: arxiv.read(body(value)),
        "stackexchange": lambda value: (answers.problem_of(body(value)), answers.backoff_of(body(value))),
        "speaker": speaker,
    }


def places() -> dict[str, Target]:
    """Places as profiles and adverts write them."""
    from scoring.advert.sentences import sentences
    from scoring.advert.where import remote, where
    from scoring.places import shipped_gazetteer

    def in_advert(value: str) -> object:
        read = sentences(value[:MOST_READ])
        return where(read), remote(read)

    return {"place": shipped_gazetteer().parse, "place of an advert": in_advert}


def adverts() -> dict[str, Target]:
    """Adverts, from their file to the draft of a role, and the skills they name."""
    from scoring.advert import draft, read_advert
    from scoring.skills import Matcher, shipped_vocabulary

    matcher = Matcher(shipped_vocabulary())
    written = _files()
    return {
        "advert": draft,
        "advert file": lambda value: read_advert(written(value, "a.txt")),
        "skills": lambda value: matcher.words_many([value]),
    }


def _files() -> Callable[[str, str], Path]:
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))

    def written(value: str, name: str) -> Path:
        path = folder / name
        path.write_bytes(value.encode("utf-8", "surrogatepass"))
        return path

    return written


def imports() -> dict[str, Target]:
    """Readers of files people import; each gets one file of this text."""
    from sourcing.imports._csv import read
    from sourcing.imports._gh_archive import Event
    from storage.text import read_query

    written = _files()

    def table(value: str) -> object:
        columns = {"name": ("name",), "url": ("url",)}
        return list(read(written(value, "a.csv"), columns, (("name",),), "", _nothing))

    return {
        "csv": table,
        "gh_archive": lambda value: Event.model_validate_json(value.encode("utf-8", "surrogatepass")),
        "query": read_query,
    }


GROUPS: dict[str, Callable[[], dict[str, Target]]] = {
    "readers": readers,
    "text cleaning": cleaning,
    "places": places,
    "adverts": adverts,
    "imports": imports,
}
