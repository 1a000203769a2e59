"""The invented web as accounts, without crawling, and those who make identity hard; whose is whose is known."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

from bench.report import Row
from sourcing.demo.bios import company, spelled
from sourcing.demo.cast import Cast, Person
from sourcing.demo.chance import Chance
from sourcing.demo.links import github_page, hackernews_page, kaggle_page, names_github, site, socials, website
from sourcing.demo.profiles import front
from sourcing.demo.sources import venues
from sourcing.demo.world import World
from sourcing.identity.batch import batch
from sourcing.identity.clusters import Cluster, grow
from sourcing.identity.engine.columns import hashed
from sourcing.identity.facts import Facts, facts
from sourcing.identity.joining import judgements
from sourcing.identity.keys import OWN, addresses
from sourcing.identity.model import Settings, fit
from sourcing.identity.scorer import score_rows
from storage.records import Account, AccountKey, Claim, Kind, Link, Origin, Verdict

SEEN = datetime(2026, 11, 1, tzinfo=UTC)
KINDS = {"Organization": Kind.ORGANISATION, "Bot": Kind.BOT, "User": Kind.PERSON}
Owned = tuple[Account, int]  # an account and the number of the person behind it


def make(source: str, number: object, handle: str, url: str, says: Iterable[str] = (), **more: object) -> Account:
    """An account that names addresses in structured fields."""
    links = tuple(Link(url=one, claim=Claim.CLAIMED, field="website") for one in dict.fromkeys(says))
    origin = Origin(source=source, url=url, seen_at=SEEN, spider=f"{source}/1")
    given = {"source": source, "source_id": str(number), "handle": handle, "url": url, "links": links, "origin": origin}
    return Account.model_validate(given | more)


def web(people: int, seed: str = "identity") -> Iterator[Owned]:
    """All accounts of an invented world."""
    world = World(seed, people, date(2026, 11, 1))
    for person in world.cast.people:
        yield from ((one, person.index) for one in _accounts(world, person))


def _accounts(world: World, person: Person) -> Iterator[Account]:
    cast = world.cast
    if person.login:
        yield _github(cast, person)
    if person.kaggle:
        chance = Chance(cast.seed, person.index, "kaggle")
        name = person.name if chance.often(0.8) else person.kaggle
        place = person.place.full if chance.often(0.62) else None
        page = kaggle_page(person.kaggle)
        yield make("kaggle", cast.kaggle_id(person.index), person.kaggle, page, name=name, location=place)
    if person.hn:
        says = [github_page(person.login)] if names_github(cast, person) else []
        yield make("hackernews", person.hn, person.hn, hackernews_page(person.hn), says)
    for venue in venues():
        if handle := venue.handle(cast, person):
            yield _elsewhere(cast, person, venue.name, handle, venue.page(handle))


def _github(cast: Cast, person: Person) -> Account:
    seen = front(cast, person)
    says = [url for url in (website(cast, person), *(row["url"] for row in socials(cast, person))) if url]
    return make(
        "github",
        cast.github_id(person.index),
        person.login,
        github_page(person.login),
        says,
        kind=KINDS[person.kind],
        name=seen["name"],
        location=seen["location"],
        company=company(person),
        figures={"followers": seen["_followers"]},
    )


def _elsewhere(cast: Cast, person: Person, source: str, handle: str, page: str) -> Account:
    """What the other venues show, in one manner for all: a name mostly, a place, sometimes an address."""
    chance = Chance(cast.seed, person.index, "elsewhere", source)
    says = [github_page(person.login)] if person.login and chance.often(0.25) else []
    says += [site(person)] if chance.often(0.15) else []
    return make(
        source,
        f"{source}-{person.index}",
        handle,
        page,
        says,
        name=person.name if chance.often(0.75) else None,
        location=spelled(chance, person.place) if chance.often(0.4) else None,
        flags=("own_lead_only",) if source == "reddit" else (),
    )


def adversaries(count: int) -> Iterator[Owned]:
    """People made to be confused, `count` of each kind; every account but the last kind's is somebody else's."""
    number = 0
    for at in range(count):
        for some in (_squatter(at), _twins(at), _family(at), _hub(at), _borrowed(at), _renamed(at)):
            for account, own in some:
                yield account, number + own
            number += 10
    farm = [kaggle_page(f"victim{at}x") for at in range(10_000)]
    yield make("github", "farm", "linkfarm", github_page("linkfarm"), farm), number
    for at, page in enumerate(farm[:500]):
        yield make("kaggle", f"v{at}", f"victim{at}x", page, [github_page("linkfarm")]), number + 1 + at


def _name(at: int) -> str:
    first, last = ("Ilse", "Boran", "Mirela", "Tadeo", "Yunus"), ("Quastel", "Hovmand", "Berisha", "Lindemark")
    return f"{first[at % 5]} {last[at % 4]}{'abcdefghij'[at // 20 % 10]}{'klmnopqrst'[at // 200 % 10]}en"


def _squatter(at: int) -> Iterator[Owned]:
    """Somebody famous at one site, and an impostor elsewhere with name, handle and a link to the famous one."""
    name, handle = _name(at), f"famous{at}handle"
    yield make("kaggle", f"sq{at}", handle, kaggle_page(handle), name=name, figures={"followers": 50_000}), 0
    says = [kaggle_page(handle)]
    yield make("github", f"sq{at}", handle, github_page(handle), says, name=name, figures={"followers": 3}), 1


def _twins(at: int) -> Iterator[Owned]:
    """Two people of one name in one city, one at each site."""
    name = _name(at + 7)
    yield make("github", f"tw{at}", f"tw{at}a", github_page(f"tw{at}a"), name=name, location="Berlin, Germany"), 0
    yield make("kaggle", f"tw{at}", f"other{at}b", kaggle_page(f"other{at}b"), name=name, location="Berlin"), 1


def _family(at: int) -> Iterator[Owned]:
    """Two of a family who both name the family's page."""
    page, last = f"https://family{at}.example.net", f"Familien{'abcdefghij'[at % 10]}{at // 10}holm"
    yield make("github", f"fa{at}", f"fa{at}anna", github_page(f"fa{at}anna"), [page], name=f"Anna {last}"), 0
    yield make("kaggle", f"fa{at}", f"fa{at}otto", kaggle_page(f"fa{at}otto"), [page], name=f"Ottokar {last}"), 1


def _hub(at: int) -> Iterator[Owned]:
    """Three at three sites who name a page of their firm that is in no list."""
    page = f"https://firm{at}.example.net/team"
    for own, source in enumerate(("github", "kaggle", "hackernews")):
        url = {"github": github_page, "kaggle": kaggle_page, "hackernews": hackernews_page}[source](f"h{at}{own}x")
        yield make(source, f"hu{at}{own}", f"h{at}{own}x", url, [page], name=_name(at + 31 * (own + 1))), own


def _borrowed(at: int) -> Iterator[Owned]:
    """A rare handle used by two people, one of whom wrongly claims to be the other, as does a third."""
    handle = f"rareborrowed{at}"
    yield make("kaggle", f"bo{at}", handle, kaggle_page(handle)), 0
    for own in (1, 2):
        login = handle if own == 1 else f"thief{at}of"
        yield make("github", f"bo{at}{own}", login, github_page(login), [kaggle_page(handle)]), own


def _renamed(at: int) -> Iterator[Owned]:
    """Two who had one handle after each other; somebody names the handle."""
    handle = f"passedon{at}"
    yield make("github", f"re{at}1", handle, github_page(handle), markers={"former_owner": f"re{at}0"}), 0
    yield make("github", f"re{at}0", f"gone{at}on", github_page(f"gone{at}on"), markers={"was": handle}), 1
    yield make("kaggle", f"re{at}", f"kagg{at}ler", kaggle_page(f"kagg{at}ler"), [github_page(handle)]), 2


class Outcome(NamedTuple):
    """What one run made of accounts whose owners are known."""

    leads: int
    wrong: int  # leads that hold accounts of more than one person
    split: int  # leads too many: people in k leads count k - 1
    tied: int  # of these, between accounts of a person that a published link of theirs connects
    suggestions: int
    right: int  # suggestions that are true
    largest: int
    compared: int
    people: int

    def per_thousand(self, count: int) -> float:
        """A count per 1,000 leads."""
        return 1000 * count / max(self.leads, 1)


def read(accounts: Iterable[Owned]) -> tuple[list[Facts], dict[AccountKey, int]]:
    """Facts and owners; "was" among the markers is a handle given up."""
    rows, owners = [], {}
    for account, owner in accounts:
        fact = facts(account)
        if handle := account.markers.get("was"):
            fact = Facts(**{**{name: getattr(fact, name) for name in Facts.__slots__}, "former": (handle,)})
        rows.append(fact)
        owners[account.key] = owner
    return sorted(rows, key=lambda one: one.key), owners


def judge(rows: Sequence[Facts], owners: dict[AccountKey, int], settings: Settings) -> Outcome:
    """Score, cluster and compare with the truth."""
    found = score_rows(batch(rows), fit(rows, settings))
    said = judgements(found, SEEN)
    people = {one.key: one for one in rows if one.person}
    clusters = grow(people, said, settings.largest).clusters()
    asked = [row for row in said if row.verdict is Verdict.SUGGESTED]
    where = {key: at for at, cluster in enumerate(clusters) for key in cluster}
    items = {(min(a, b), max(a, b)): row for row in asked if (a := where[row.left]) != (b := where[row.right])}
    return Outcome(
        leads=len(clusters),
        wrong=sum(len({owners[key] for key in cluster}) > 1 for cluster in clusters),
        split=_too_many(clusters, owners),
        tied=_tied(people, clusters, owners),
        suggestions=len(items),
        right=sum(owners[row.left] == owners[row.right] for row in items.values()),
        largest=max(map(len, clusters), default=0),
        compared=len(found),
        people=len({owners[key] for key in people}),
    )


def _too_many(clusters: Iterable[Cluster], owners: dict[AccountKey, int]) -> int:
    pieces = Counter(owner for cluster in clusters for owner in {owners[key] for key in cluster})
    return sum(count - 1 for count in pieces.values())


def _tied(people: dict[AccountKey, Facts], clusters: Iterable[Cluster], owners: dict[AccountKey, int]) -> int:
    """Leads too many among people whose own profiles name each other in some way."""
    holders = defaultdict(list)
    for key, one in people.items():
        for target, role in addresses(one):
            if role == OWN:
                holders[hashed(target)].append(key)
    where = {key: at for at, cluster in enumerate(clusters) for key in cluster}
    apart = set()
    for key, one in people.items():
        for target, role in addresses(one):
            for other in holders[hashed(target)] if role != OWN else ():
                if (
                    owners[other] == owners[key]
                    and where[other] != where[key]
                    and not (one.alone or people[other].alone)
                ):
                    apart.add((min(where[key], where[other]), max(where[key], where[other])))
    return len(apart)


def report_on(title: str, done: Outcome, settings: Settings, *, none_wrong: bool = False) -> Iterator[Row]:
    """The figures of one run."""
    wrong, shown = done.per_thousand(done.wrong), max(1, int(settings.queue_share * done.leads))
    target, holds = ("0", done.wrong == 0) if none_wrong else ("≤ 1", wrong <= 1)
    yield Row(
        f"{title}, wrong joins", wrong, "per 1,000 leads", f"{done.leads} leads, {done.people} people", target, holds
    )
    if not none_wrong:
        tied, split = done.per_thousand(done.tied), done.per_thousand(done.split)
        yield Row(f"{title}, duplicates their own links would tie", tied, "per 1,000 leads", "", "≤ 10", tied <= 10)
        note = "most name no other account of theirs"
        yield Row(f"{title}, duplicates in all", split, "per 1,000 leads", note, "≤ 10", split <= 10)
        most = min(shown, done.suggestions)
        share = 100 * most / max(done.leads, 1)
        yield Row(f"{title}, queue shown", share, "% of leads", f"{most} items", "≤ 2", share <= 2)
        true = f"{100 * done.right / max(done.suggestions, 1):.0f} % of them true"
        yield Row(f"{title}, suggestions in all", 100 * done.suggestions / max(done.leads, 1), "% of leads", true)
    yield Row(f"{title}, largest lead", float(done.largest), "accounts")
