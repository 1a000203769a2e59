"""Which accounts of a person name each other: both ways, one way, not at all, or wrongly.

Where a public figure is known, the share follows it, and stands in `SHARES` with where it was counted; the others are
guesses of ours. Kaggle itself publishes no links. Some addresses belong to many people at once.
"""

from sourcing.demo.cast import Cast, Person
from sourcing.demo.chance import Chance
from sourcing.demo.naming import firm
from sourcing.demo.seats import named
from sourcing.demo.works import Record

# How many name …, of those who have a profile there.
SHARES = {
    # 28 of the 54 GitHub profiles in answers recorded by open-source projects; 137 of 404 pyOpenSci contributors.
    "website at GitHub": 0.5,
    # 5 of 20 of those profiles; 118 of 404 contributors in pyOpenSci's data/contributors.yml.
    "Twitter at GitHub": 0.27,
    # 8 of the same 404.
    "Mastodon at GitHub": 0.02,
    # 25 of 152 posts of "Who wants to be hired?" (October 2021), and 23 % of other months'.
    "GitHub at Hacker News": 0.2,
    # 2 of 6 people in answers of /users recorded by open-source projects, rounded down: the practised fill it in.
    "website at Stack Exchange": 0.3,
    # The people files of DataTalks.Club, 438 people.
    "GitHub on stage": 0.48,
    "LinkedIn on stage": 0.97,
    "Twitter on stage": 0.51,
    "website on stage": 0.38,
    "LinkedIn at GitHub": 0.22,  # a guess: no recorded answer lists social accounts
    "Kaggle at GitHub": 0.3,  # a guess
}
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
    if person.kind == "Bot" or not chance.often(SHARES["website at GitHub"]):
        return None
    if person.index % 100 in (40, 41):
        return f"https://home{person.index // 100}.example"  # two who live together
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
    if chance.often(SHARES["LinkedIn at GitHub"]):
        slug = linkedin_page(cast, person).rpartition("/")[2]
        rows.append(_social("LINKEDIN", linkedin_page(cast, person), f"in/{slug}"))
    if chance.often(SHARES["Mastodon at GitHub"]):
        rows.append(_social("MASTODON", f"https://social.example/@{person.login}", f"@{person.login}@social.example"))
    if chance.often(0.06):
        rows.append(_social("BLUESKY", f"https://bsky.app/profile/{stem}.example", f"{stem}.example"))
    return rows + [_social("GENERIC", address, address) for address in claims_elsewhere(cast, person)]


def linkedin_page(cast: Cast, person: Person) -> str:
    """The profile address at LinkedIn, wherever it is named."""
    number = Chance(cast.seed, person.index, "linkedin").below(16**7)
    return f"https://www.linkedin.com/in/{person.latin.replace(' ', '-')}-{number:07x}"


def twitter(cast: Cast, person: Person) -> str:
    """The handle at Twitter, wherever it is named."""
    own = person.login if person.login and Chance(cast.seed, person.index, "twitter").often(0.5) else person.latin
    return f"{own.replace('-', '').replace(' ', '_')[:10]}{person.index}"[:15]


def claims_elsewhere(cast: Cast, person: Person) -> list[str]:
    """Profile addresses at other sources that the GitHub account names; a few are somebody else's."""
    chance = Chance(cast.seed, person.index, "claims")
    pages = []
    if person.kaggle and chance.often(SHARES["Kaggle at GitHub"]):
        pages.append(kaggle_page(person.kaggle))
    if person.hn and chance.often(0.25 if not names_github(cast, person) else 0.5):
        pages.append(hackernews_page(person.hn))
    pages += named(cast, person)
    if chance.often(0.012):
        other = cast.people[chance.below(cast.size)]
        pages += [kaggle_page(other.kaggle)] if other.kaggle else []
    return pages


def names_github(cast: Cast, person: Person) -> bool:
    """Whether the Hacker News side (profile or post) names the GitHub account."""
    return bool(person.login) and Chance(cast.seed, person.index, "hn-github").often(SHARES["GitHub at Hacker News"])


def _social(provider: str, url: str, shown: str) -> Record:
    return {"provider": provider, "url": url, "displayName": shown}
