"""The accounts of the invented web as the product would hold them: what the sources serve, read by the spiders' own
readers, without crawling in between. Of sources that only look up whom others name, nobody else is there.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import orjson

from sourcing.demo import threads
from sourcing.demo.cast import Person
from sourcing.demo.chance import Chance
from sourcing.demo.links import github_page, hackernews_page, kaggle_page
from sourcing.demo.posts import post
from sourcing.demo.profiles import account as shown_at_github
from sourcing.demo.seats import forum_seat, orcid
from sourcing.demo.server.exchange import Question
from sourcing.demo.sources import bluesky, forem, forgejo, gitlab, mastodon, research, venues
from sourcing.demo.sources import web as sites
from sourcing.demo.sources._boards import LABELS, boards
from sourcing.demo.sources._fediverse import SERVER, did, skies
from sourcing.demo.sources._hub import hub
from sourcing.demo.sources._network import network
from sourcing.demo.sources._papers import author_id, confirmed
from sourcing.demo.sources._stages import bio, cancelled, stated
from sourcing.demo.sources._stages import seat as on_stage
from sourcing.demo.sources._workspace import LABELS as FIELD_LABELS
from sourcing.demo.sources._workspace import TEAM, workspace
from sourcing.demo.world import World
from spiders import bluesky as read_bluesky
from spiders import forem as read_forem
from spiders import forgejo as read_forgejo
from spiders import gitlab as read_gitlab
from spiders._card import OWN_LEAD_ONLY
from spiders._discourse import people as discourse
from spiders._discourse.answers import User as ForumUser
from spiders._discourse.forums import Forum, Place
from spiders._events import programme
from spiders._github import people as github
from spiders._github.answers import Person as GitHubPerson
from spiders._hackernews import candidates as hackernews
from spiders._hackernews import posts as hackernews_posts
from spiders._hackernews.answers import Comment
from spiders._hackernews.answers import User as HackerNewsUser
from spiders._huggingface import people as huggingface
from spiders._huggingface.answers import Overview
from spiders._kaggle import people as kaggle
from spiders._kaggle.answers import UserDocument
from spiders._linked import OWN_WORDS
from spiders._mastodon import people as read_mastodon
from spiders._research import people as authors
from spiders._research.openalex import Person as Author
from spiders._slack import members
from spiders._slack.answers import Member
from spiders._slack.answers import Profile as SlackProfile
from spiders._stackexchange import people as stackexchange
from spiders._stackexchange.answers import User as NetworkUser
from spiders._stackexchange.sites import Seat
from storage.records import Account, AccountKey, Claim, Kind, Link, Origin
from storage.text import link_key, profile_key

SEEN = datetime(2026, 11, 1, tzinfo=UTC)
DAYS = 30  # the world's age: people renamed and deleted accounts, and who names them does not know
LOOKED_UP = frozenset({"forem", "mastodon", "bluesky", "web"})  # sources nobody is discovered at
_RETURNED = frozenset({*github.FIELDS, *github.LINK_FIELDS, "followers"})


class Owned(NamedTuple):
    """An account, the number of the person behind it, and handles it had before."""

    account: Account
    owner: int
    former: tuple[str, ...] = ()


def web(people: int, seed: str = "identity") -> Iterator[Owned]:
    """All accounts the product could hold of an invented world that is some weeks old."""
    world = World(seed, people, (SEEN - timedelta(days=DAYS)).date(), DAYS)
    found = [Owned(*one) for person in world.cast.people for one in _accounts(world, person)]
    named = _named(one.account for one in found if one.account.source not in LOOKED_UP)
    for one in found:
        if one.account.source not in LOOKED_UP or _address(one.account) in named:
            yield one


def _named(accounts: Iterator[Account]) -> set[str]:
    """Addresses that accounts of people claim."""
    allowed = (one for one in accounts if OWN_LEAD_ONLY not in one.flags and one.kind is not Kind.ORGANISATION)
    links = (link.url for one in allowed for link in one.links if link.claim in OWN_WORDS)
    return {key for url in links if (key := link_key(url))}


def _address(account: Account) -> str | None:
    return link_key(account.url)


def _accounts(world: World, person: Person) -> Iterator[tuple[Account, int, tuple[str, ...]]]:
    living = {venue.name for venue in venues() if venue.key(world, person) is not None}
    for source, read in _READERS.items():
        account = read(world, person) if source in living or source in _BUILT_IN else None
        if account is not None:
            former = (person.login,) if source == "github" and account.handle != person.login else ()
            yield account, person.index, former


def _origin(source: str, url: str) -> Origin:
    return Origin(source=source, url=url, seen_at=SEEN, spider=f"{source}/1")


def _ask(path: Mapping[str, str] | None = None, query: Mapping[str, str] | None = None, **more: Any) -> Question:
    return Question(base="", path=path or {}, query=query or {}, headers={}, **more)


def _skip(_: str) -> None:
    """What a reader leaves out is of no interest here."""


# --- the sources of the world itself ---------------------------------------------------------------------------------


def _github(world: World, person: Person) -> Account | None:
    login = world.login(person.index)
    if not login:
        return None
    shown = shown_at_github(world.cast, person)
    given = {name: value for name, value in shown.items() if not name.startswith("_") and name != "status"}
    given |= {"login": login, "followers": {"totalCount": shown["_followers"]}}
    given |= {"socialAccounts": {"nodes": shown["_socials"]}}
    made = github.account(
        GitHubPerson.model_validate(given), _RETURNED, _origin("github", github_page(login)), "https://github.com"
    )
    return made.model_copy(update={"kind": github.kind_of(person.kind, login)})


def _kaggle(world: World, person: Person) -> Account | None:
    if not person.kaggle:
        return None
    read = UserDocument.model_validate(world.kaggle.document(person))
    return kaggle.account(read, "https://www.kaggle.com", _origin("kaggle", kaggle_page(person.kaggle)), _skip)


def _hackernews(world: World, person: Person) -> Account | None:
    """Who posted in a thread of candidates; others are never met there."""
    if person.thread < 0:
        return None
    cast, at = world.cast, int(SEEN.timestamp())
    text = post(Chance(cast.seed, person.index, "post"), cast, person)
    try:
        said = hackernews_posts.read(text)
    except hackernews_posts.NoCandidate:
        return None
    page = hackernews_page(person.hn)
    comment = Comment(id=person.index, created_at_i=at, author=person.hn, text=text)
    one = hackernews.Standing(0, "", comment, person.hn, said, _origin("hackernews", page))
    return hackernews.account(hackernews.Candidate(person.hn, (one,)), _member(world, person), page, _skip)


def _member(world: World, person: Person) -> HackerNewsUser:
    return HackerNewsUser.model_validate(threads.page(world.cast, person, []))


# --- the venues ------------------------------------------------------------------------------------------------------


def _stackexchange(world: World, person: Person) -> Account:
    there = network(world)
    seats = [Seat(name, number) for name, number in there.members[person.index].items()]
    rows = [there.user(person.index, one.site, filtered=True) for one in seats]
    profiles = [stackexchange.Profile(at, NetworkUser.model_validate(row)) for at, row in zip(seats, rows, strict=True)]
    return stackexchange.account(profiles, seats, None, {}, lambda url: _origin("stackexchange", url), _skip)


def _huggingface(world: World, person: Person) -> Account | None:
    read = Overview.model_validate(hub(world).profile(person.index))
    page = f"https://huggingface.co/{read.login}"
    return huggingface.account(read, "https://huggingface.co", _origin("huggingface", page), _skip)


def _discourse(world: World, person: Person) -> Account | None:
    there, one = boards(world), forum_seat(world.cast, person)
    if one is None or there.hidden(one):
        return None
    place = Place(Forum(host=one.host, title=one.host), f"https://{one.host}")
    labels = {str(number): label for number, label in enumerate(LABELS, 1)}
    user = ForumUser.model_validate(there.profile(one))
    return discourse.full(place, user, labels, {}, _origin("discourse", place.page(one.username)), _skip)


def _forem(world: World, person: Person) -> Account:
    answer = forem.by_number(world, _ask({"number": str(forem.number(person))}))
    read = read_forem.Writer.model_validate_json(answer.body)
    page = f"https://dev.to/{read.username}"
    return read_forem.account(read, "https://dev.to", _origin("forem", page), _skip)


def _gitlab(world: World, person: Person) -> Account:
    answer = gitlab.user(world, _ask({"number": str(gitlab.HOST.number(person))}))
    read = read_gitlab.User.model_validate_json(answer.body)
    page = f"https://gitlab.com/{read.username}"
    return read_gitlab.account(read, read_gitlab.FULL, _origin("gitlab", page), _skip)


def _forgejo(world: World, person: Person) -> Account:
    answer = forgejo.user(world, _ask({"handle": forgejo.HOST.handle(world.cast, person)}))
    read = read_forgejo.User.model_validate_json(answer.body)
    return read_forgejo.account(read, _origin("forgejo", f"https://codeberg.org/{read.login}"), _skip)


def _mastodon(world: World, person: Person) -> Account | None:
    answer = mastodon.lookup(world, _ask({"server": SERVER}, {"acct": person.login}))
    read = read_mastodon.Profile.model_validate_json(answer.body)
    if read_mastodon.reason_to_pass(read):
        return None
    return read_mastodon.account(read, SERVER, _origin("mastodon", f"https://{SERVER}/@{read.username}"), _skip)


def _bluesky(world: World, person: Person) -> Account | None:
    answer = bluesky.profiles(world, _ask(pairs=(("actors", did(person)),)))
    read = read_bluesky.Profile.model_validate(orjson.loads(answer.body)["profiles"][0])
    page = f"https://bsky.app/profile/{skies(world.cast, person)}"
    return read_bluesky.account(read, "https://bsky.app", ("bsky.social",), _origin("bluesky", page), _skip)


def _slack(world: World, person: Person) -> Account | None:
    there = workspace(world)
    space = members.Workspace(TEAM, "https://demo.slack.example/", labels=FIELD_LABELS)
    read = Member.model_validate(there.member(person))
    if members.no_member(read, ""):
        return None
    profile = SlackProfile.model_validate(there.profile(person))
    return members.account(read, profile, space, _origin("slack", space.page(read.id)), _skip)


def _events(world: World, person: Person) -> Account | None:
    one = on_stage(world.cast, person)
    if one is None or cancelled(world, person, one):
        return None
    page = f"https://events.example/{one.key.source_id}"
    speaker = programme.Speaker(
        id=one.key.source_id,
        handle=one.code,
        url=page,
        name=person.name,
        bio=bio(world, person, one),
        stated=tuple(stated(world, person, one).items()),
    )
    return programme.account(speaker, _origin("events", page))


def _research(world: World, person: Person) -> Account:
    answer = research.author(world, _ask({"id": author_id(person)}))
    read, own = Author.model_validate_json(answer.body), orcid(world.cast, person)
    candidate = authors.Candidate(author_id(person), "")
    candidate.confirmed = {own} if own and confirmed(world.cast, person) else set()
    return authors.account(read, candidate, _origin("research", f"https://openalex.org/{read.id}"), None, _skip)


def _reddit(world: World, person: Person) -> Account:
    """Told apart by a pseudonym, and never joined with anything."""
    name = venue_key("reddit", world, person).source_id
    return Account(
        source="reddit",
        source_id=name,
        handle=name,
        url=f"https://www.reddit.com/user/{name}",
        kind=Kind.PERSON,
        flags=(OWN_LEAD_ONLY,),
        origin=_origin("reddit", "https://www.reddit.com"),
    )


def venue_key(name: str, world: World, person: Person) -> AccountKey:
    """The key of an account that is there."""
    found = next(venue for venue in venues() if venue.name == name).key(world, person)
    assert found is not None
    return found


def _web(world: World, person: Person) -> Account:
    """A personal site that names its owner's GitHub account back, and sometimes others of theirs."""
    key = venue_key("web", world, person).source_id
    page = f"https://{key}"
    here = github_page(world.login(person.index))
    links = [
        Link(url=url, claim=Claim.VERIFIED if profile_key(url) == profile_key(here) else Claim.CLAIMED, field="rel-me")
        for url in sites.accounts(world, person)
    ]
    return Account(
        source="web",
        source_id=key,
        handle=key,
        url=page,
        kind=Kind.PERSON,
        name=person.name,
        location=person.place.city,
        links=tuple(links),
        origin=_origin("web", page),
    )


_BUILT_IN = frozenset({"github", "kaggle", "hackernews"})
_READERS: Mapping[str, Callable[[World, Person], Account | None]] = {
    "github": _github,
    "kaggle": _kaggle,
    "hackernews": _hackernews,
    "stackexchange": _stackexchange,
    "huggingface": _huggingface,
    "discourse": _discourse,
    "forem": _forem,
    "gitlab": _gitlab,
    "forgejo": _forgejo,
    "mastodon": _mastodon,
    "bluesky": _bluesky,
    "slack": _slack,
    "events": _events,
    "research": _research,
    "reddit": _reddit,
    "web": _web,
}
