"""Those who make identity hard, with known owners: every account but one kind's is somebody else's."""

from collections.abc import Callable, Iterable, Iterator

from bench._invented import SEEN, Owned
from sourcing.demo.links import github_page, hackernews_page, kaggle_page
from sourcing.imports import _people
from storage.records import Account, Claim, Kind, Link, Origin

PAGES = {"github": github_page, "kaggle": kaggle_page, "hackernews": hackernews_page}
LINKEDIN, SITE = "https://www.linkedin.com/in/{}", "https://{}.example.net"


def make(source: str, number: object, handle: str, url: str, says: Iterable[str] = (), **more: object) -> Account:
    """An account that names addresses in structured fields."""
    links = tuple(Link(url=one, claim=Claim.CLAIMED, field="website") for one in dict.fromkeys(says))
    origin = Origin(source=source, url=url, seen_at=SEEN, spider=f"{source}/1")
    given = {"source": source, "source_id": str(number), "handle": handle, "url": url, "links": links, "origin": origin}
    return Account.model_validate(given | more)


def adversaries(count: int) -> Iterator[Owned]:
    """People made to be confused, `count` of each kind, and a link farm."""
    for at in range(count):
        for kind, some in enumerate(_KINDS):
            for account, own, *former in some(at):
                yield Owned(account, (at * len(_KINDS) + kind) * 10 + own, tuple(former))
    number = count * len(_KINDS) * 10
    farm = [kaggle_page(f"victim{at}x") for at in range(10_000)]
    yield Owned(make("github", "farm", "linkfarm", github_page("linkfarm"), farm), number)
    for at, page in enumerate(farm[:500]):
        yield Owned(make("kaggle", f"v{at}", f"victim{at}x", page, [github_page("linkfarm")]), number + 1 + at)


def _at(source: str, number: str, handle: str, says: Iterable[str] = (), **more: object) -> Account:
    return make(source, number, handle, PAGES[source](handle), says, **more)


def _name(at: int) -> str:
    first, last = ("Ilse", "Boran", "Mirela", "Tadeo", "Yunus"), ("Quastel", "Hovmand", "Berisha", "Lindemark")
    return f"{first[at % 5]} {last[at % 4]}{'abcdefghij'[at // 20 % 10]}{'klmnopqrst'[at // 200 % 10]}en"


_Some = Iterator[tuple[Account, int] | tuple[Account, int, str]]


def _squatter(at: int) -> _Some:
    """Somebody famous at one site, and an impostor elsewhere with name, handle and a link to the famous one."""
    name, handle = _name(at), f"famous{at}handle"
    yield _at("kaggle", f"sq{at}", handle, name=name, figures={"followers": 50_000}), 0
    yield _at("github", f"sq{at}", handle, [kaggle_page(handle)], name=name, figures={"followers": 3}), 1


def _squatter_of_a_page(at: int) -> _Some:
    """Somebody well known and an impostor who took name, handle, and the LinkedIn page and site the other names."""
    name, handle = _name(at + 3), f"page{at}star"
    pages = [LINKEDIN.format(handle), SITE.format(handle)]
    yield _at("github", f"sp{at}", handle, pages, name=name, figures={"followers": 9_000}), 0
    yield _at("hackernews", f"sp{at}", handle, pages, name=name), 1


def _circle_of_one(at: int) -> _Some:
    """An impostor with three accounts that name each other round and round, and somebody famous at a fourth site."""
    victim = kaggle_page(f"victim{at}c")
    yield _at("kaggle", f"ci{at}", f"victim{at}c", figures={"followers": 20_000}), 0
    yield _at("github", f"ci{at}", f"false{at}a", [hackernews_page(f"false{at}b"), victim], figures={"followers": 1}), 1
    forged = "https://gitlab.com/false{}c"
    yield _at("hackernews", f"ci{at}", f"false{at}b", [forged.format(at), victim]), 1
    says = [github_page(f"false{at}a"), victim]
    yield make("gitlab", f"ci{at}", f"false{at}c", forged.format(at), says), 1


def _twins(at: int) -> _Some:
    """Two people of one name in one city, one at each site."""
    name = _name(at + 7)
    yield _at("github", f"tw{at}", f"tw{at}a", name=name, location="Berlin, Germany"), 0
    yield _at("kaggle", f"tw{at}", f"other{at}b", name=name, location="Berlin"), 1


def _family(at: int) -> _Some:
    """Two of a family who both name the family's page, and its page of contacts."""
    page, last = SITE.format(f"family{at}"), f"Familien{'abcdefghij'[at % 10]}{at // 10}holm"
    yield _at("github", f"fa{at}", f"fa{at}anna", [page], name=f"Anna {last}"), 0
    yield _at("kaggle", f"fa{at}", f"fa{at}otto", [f"{page}/contact"], name=f"Ottokar {last}"), 1


def _hub(at: int) -> _Some:
    """Three at three sites who name a page of their firm that is in no list."""
    page = f"https://firm{at}.example.net/team"
    for own, source in enumerate(PAGES):
        yield _at(source, f"hu{at}{own}", f"h{at}{own}x", [page], name=_name(at + 31 * (own + 1))), own


def _project(at: int) -> _Some:
    """Two at two sites who both name the Twitter account of the project they work for, and no name."""
    page = f"https://x.com/project{at}"
    yield _at("github", f"pr{at}", f"tools{at}ada", [page]), 0
    yield _at("hackernews", f"pr{at}", f"bob{at}writes", [page]), 1


def _mailbox(at: int) -> _Some:
    """Two candidates of an imported file under one mailbox, which also stands in the website field of a third."""
    mail = f"jobs@firm{at}m.example"
    for own in (0, 1):
        row = {"name": (_name(at + 11 + own),), "website": (mail,), "links": (f"mailto:{mail}",)}
        links = [one.url for one in _people.links(row, lambda _: None)]
        yield (
            make("ats", f"system/{at}-{own}", f"{at}-{own}", f"ats:system/{at}-{own}", links, name=_name(at + 11)),
            own,
        )
    yield _at("github", f"ma{at}", f"jobs{at}m", [], name="Jobs", location=mail), 2
    yield _at("kaggle", f"ma{at}", f"jobs{at}m", [], name="jobs", location=mail), 3


def _borrowed(at: int) -> _Some:
    """A rare handle used by two people, one of whom wrongly claims to be the other, as does a third."""
    handle = f"rareborrowed{at}"
    yield _at("kaggle", f"bo{at}", handle), 0
    for own in (1, 2):
        yield _at("github", f"bo{at}{own}", handle if own == 1 else f"thief{at}of", [kaggle_page(handle)]), own


def _renamed(at: int) -> _Some:
    """Two who had one handle after each other; somebody names the handle."""
    handle = f"passedon{at}"
    yield _at("github", f"re{at}1", handle), 0
    yield _at("github", f"re{at}0", f"gone{at}on"), 1, handle
    yield _at("kaggle", f"re{at}", f"kagg{at}ler", [github_page(handle)]), 2


def _two_forums(at: int) -> _Some:
    """One name and one handle at two forums and at two servers, each time two people's."""
    name, handle = _name(at + 17), f"forumname{at}"
    for own, host in enumerate(("discuss.pytorch.org", "discuss.ray.io")):
        page = f"https://{host}/u/{handle}"
        yield make("discourse", f"{host}/{at}", f"{host}/{handle}", page, name=name), own
    for own, host in enumerate(("one.example", "two.example"), 2):
        page = f"https://{host}/@{handle}s"
        yield make("mastodon", f"{handle}s@{host}", f"{handle}s@{host}", page, name=name), own


def _fan(at: int) -> _Some:
    """Somebody famous, and a fan who names their profile and page as a website and shows no name."""
    star, page = f"idol{at}star", SITE.format(_name(at + 5).lower().replace(" ", ""))
    known = {"competition_points": 150_000.0, "followers": 20_000.0}
    yield _at("kaggle", f"fn{at}", star, [page], name=_name(at + 5), figures=known, location="Oslo"), 0
    yield _at("github", f"fn{at}", f"admirer{at}", [kaggle_page(star), page], figures={"followers": 700}), 1
    yield _at("hackernews", f"fn{at}", f"watcher{at}", [kaggle_page(star)], figures={"karma": 9}, location="Oslo"), 2


def _student(at: int) -> _Some:
    """A professor known in the field, a student of theirs without a name in one city and house, and one with a name."""
    told = {"location": "Trondheim", "company": f"Institutt{at}"}
    name, handle = _name(at + 13), f"prof{at}lab"
    page = SITE.format(name.lower().replace(" ", "-"))
    yield _at("github", f"st{at}", handle, [page], name=name, figures={"followers": 1_500}, **told), 0
    yield _at("hackernews", f"st{at}", f"thesis{at}x", [github_page(handle), page], figures={"karma": 3}, **told), 1
    own = {"name": _name(at + 29), "figures": {"competition_points": 5.0}}
    yield _at("kaggle", f"st{at}", f"pupil{at}x", [github_page(handle)], **own, **told), 2


def _founder(at: int) -> _Some:
    """A firm that names its founder, in an account like a person's, and one that the site marks as a firm."""
    name, handle = _name(at + 19), f"founder{at}k"
    yield _at("kaggle", f"fo{at}", handle, name=name, figures={"competition_points": 40.0}), 0
    yield _at("hackernews", f"fo{at}", f"tidal{at}forge", [kaggle_page(handle)], name=f"Tidal Forge{at}"), 1
    firm = {"name": name, "kind": Kind.ORGANISATION, "figures": {"followers": 90}}
    yield _at("github", f"fo{at}", f"tidal{at}forge", [kaggle_page(handle)], **firm), 2


def _couple(at: int) -> _Some:
    """Two with one surname and no name shown by one of them, who share a page that bears the surname alone."""
    last = f"moewenfels{'abcdefghij'[at % 10]}{'klmnopqrst'[at // 10 % 10]}"
    page = SITE.format(last)
    yield _at("github", f"cp{at}", last, [page], name=f"Anna {last.capitalize()}", figures={"followers": 4}), 0
    yield _at("hackernews", f"cp{at}", f"night{at}owl", [page], figures={"karma": 4}), 1


_KINDS: tuple[Callable[[int], _Some], ...] = (
    *(_squatter, _squatter_of_a_page, _circle_of_one, _twins, _family, _hub, _project, _mailbox),
    *(_borrowed, _renamed, _two_forums, _fan, _student, _founder, _couple),
)
