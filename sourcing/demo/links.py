"""Which accounts of a person name each other: both ways, one way, not at all, or wrongly.

About four in ten GitHub accounts of Kaggle users name the Kaggle page (Kaggle itself publishes no links); at Hacker
News a third name GitHub, and half of these are named back. Some addresses belong to many people at once.
"""

from sourcing.demo.cast import Cast, Person
from sourcing.demo.chance import Chance
from sourcing.demo.naming import firm
from sourcing.demo.sources import pages as venue_pages
from sourcing.demo.works import Record

HUBS = ("https://links.example/team", "https://linkinbio.example", "https://cards.example/hello")


def kaggle_page(handle: str) -> str:
    """The profile address at Kaggle."""
    return f"https://www.kaggle.com/{handle}"


def hackernews_page(handle: str) -> str:
    """The profile address at Hacker News."""
    return f"https://news.ycombinator.com/user?id={handle}"


def github_page(login: str) -> str:
    """The profile address at GitHub."""
    return f"https://github.com/{login}"


def website(cast: Cast, person: Person) -> str | None:
    """The website field at GitHub."""
    chance = Chance(cast.seed, person.index, "website")
    if person.kind == "Bot" or chance.often(0.45):
        return None
    if person.kaggle and chance.often(0.16):
        return kaggle_page(person.kaggle)
    if chance.often(0.09):
        return chance.pick(HUBS)
    if chance.often(0.08):
        return f"https://{firm(chance)}.example"
    return site(person)


def site(person: Person) -> str:
    """The person's own website, under a reserved domain."""
    stem = person.latin.replace(" ", "")
    if Chance("site", person.index, stem).often(0.5):
        return f"https://{stem}{person.index}.example"
    return f"https://{stem}.{person.index % 97}.example.org/~{person.index}"


def socials(cast: Cast, person: Person) -> list[Record]:
    """The social accounts listed at GitHub."""
    chance = Chance(cast.seed, person.index, "socials")
    if person.kind == "Bot":
        return []
    stem = person.latin.replace(" ", "-")
    rows = []
    if chance.often(0.22):
        slug = f"{stem}-{chance.below(16**7):07x}"
        rows.append(_social("LINKEDIN", f"https://www.linkedin.com/in/{slug}", f"in/{slug}"))
    if chance.often(0.08):
        rows.append(_social("MASTODON", f"https://social.example/@{person.login}", f"@{person.login}@social.example"))
    if chance.often(0.06):
        rows.append(_social("BLUESKY", f"https://bsky.app/profile/{stem}.example", f"{stem}.example"))
    return rows + [_social("GENERIC", address, address) for address in claims_elsewhere(cast, person)]


def claims_elsewhere(cast: Cast, person: Person) -> list[str]:
    """Profile addresses at other sources that the GitHub account names; a few are somebody else's."""
    chance = Chance(cast.seed, person.index, "claims")
    pages = []
    if person.kaggle and chance.often(0.32):
        pages.append(kaggle_page(person.kaggle))
    if person.hn and chance.often(0.25 if not names_github(cast, person) else 0.5):
        pages.append(hackernews_page(person.hn))
    for venue, page in venue_pages(cast, person):
        if Chance(cast.seed, person.index, "names", venue.name).often(venue.linked):
            pages.append(page)
    if chance.often(0.012):
        other = cast.people[chance.below(cast.size)]
        pages += [kaggle_page(other.kaggle)] if other.kaggle else []
    return pages


def names_github(cast: Cast, person: Person) -> bool:
    """Whether the Hacker News side (profile or post) names the GitHub account."""
    return bool(person.login) and Chance(cast.seed, person.index, "hn-github").often(0.4)


def _social(provider: str, url: str, shown: str) -> Record:
    return {"provider": provider, "url": url, "displayName": shown}
