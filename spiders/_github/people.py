"""From GitHub's answers to accounts: whom a list shows, and what a profile says."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from spiders._github.answers import Contributions, Person, RestProfile, present
from spiders._reading.clean import clean, clean_lines, flags_of, web_link, web_links
from storage.records import Account, Claim, Kind, Link, Origin
from storage.text import no_recruiters

ADDRESS = re.compile(r"https?://[^\s<>\"'`)\]}]{1,2048}")
BOT = re.compile(r"\[bot\]$|(^|[-_])bot$", re.IGNORECASE)


@dataclass(slots=True)
class Candidate:
    """Somebody a lane has shown; `interest` orders whom to read first."""

    source_id: str
    node_id: str
    login: str
    interest: float = 0.0
    windows_open: int = 0
    incomplete: bool = False
    parts: list[Contributions] = field(default_factory=list)
    marks: dict[str, str] = field(default_factory=dict)  # change marks to keep once everything was read


def kind_of(type_name: str, login: str) -> Kind:
    """Person, organisation or bot, from the type GitHub gives and the login."""
    if type_name == "Bot" or BOT.search(login):
        return Kind.BOT
    return {"User": Kind.PERSON, "Organization": Kind.ORGANISATION}.get(type_name, Kind.UNKNOWN)


def found(
    login: str, user_id: int, node_id: str, type_name: str, origin: Origin, site: str, interest: float
) -> Account:
    """The little a list shows of somebody: handle and kind."""
    return Account(
        source="github",
        source_id=str(user_id),
        handle=login,
        url=f"{site}/{login}",
        kind=kind_of(type_name, login),
        markers={"node_id": node_id, "interest": f"{interest:.2f}"},
        observed=frozenset({"handle", "kind"}),
        origin=origin,
    )


# GraphQL field → field of Account, for the fields that map one to one.
FIELDS = {
    "name": "name",
    "bio": "bio",
    "company": "company",
    "location": "location",
    "isHireable": "open_to_work",
    "createdAt": "created_at",
}
LINK_FIELDS = ("websiteUrl", "twitterUsername", "socialAccounts")


def account(person: Person, returned: frozenset[str], origin: Origin, site: str) -> Account:
    """A profile as an account. `returned` are GraphQL names of the fields no error covers."""
    observed = {"handle", "kind"} | {ours for theirs, ours in FIELDS.items() if theirs in returned}
    full = set(LINK_FIELDS) <= returned
    if full:
        observed.add("links")
    return Account(
        source="github",
        source_id=str(person.database_id),
        handle=person.login,
        url=f"{site}/{person.login}",
        kind=kind_of("User", person.login),
        name=clean(person.name, 200) if "name" in returned else None,
        bio=clean_lines(person.bio, 4000) if "bio" in returned else None,
        company=clean(person.company, 200) if "company" in returned else None,
        location=clean(person.location, 200) if "location" in returned else None,
        open_to_work=(person.is_hireable or None) if "isHireable" in returned else None,
        created_at=person.created_at if "createdAt" in returned else None,
        links=tuple(links(person)) if full else (),
        figures=dict(figures(person, returned)),
        flags=tuple(flags(person)),
        markers=dict(markers(person, returned)),
        observed=frozenset(observed | ({"flags"} if "bio" in returned else set())),
        origin=origin,
    )


def links(person: Person) -> Iterator[Link]:
    """Addresses of the profile: structured fields are claims, prose is a mention."""
    seen: set[str] = set()
    candidates = [web_link(_with_scheme(person.website_url), Claim.CLAIMED, "website")]
    if person.twitter_username:
        candidates.append(web_link(f"https://x.com/{person.twitter_username}", Claim.CLAIMED, "twitter"))
    listed = present(person.social_accounts.nodes if person.social_accounts else ())
    candidates += [web_link(social.url, Claim.CLAIMED, "social_accounts") for social in listed]
    candidates += web_links(addresses_in(person.bio), Claim.MENTIONED, "bio")
    for link in candidates:
        if link is not None and link.url not in seen:
            seen.add(link.url)
            yield link


def addresses_in(prose: str | None) -> list[str]:
    """Web addresses in prose, without the punctuation that follows them."""
    return [address.rstrip(".,;:!?") for address in ADDRESS.findall((prose or "")[:20_000])]


def _with_scheme(website: str | None) -> str | None:
    # The website field of a profile is free text: "example.org" is meant as an address.
    if not website or "://" in website or website.startswith("mailto:"):
        return website
    return f"https://{website.strip()}"


def figures(person: Person, returned: frozenset[str]) -> Iterator[tuple[str, float]]:
    """Counts of the profile that were returned."""
    if "followers" in returned and person.followers:
        yield "followers", person.followers.total_count
    if "repositories" in returned and person.repositories:
        yield "public_repos", person.repositories.total_count
    if "pullRequests" in returned and person.pull_requests:
        yield "merged_pull_requests", person.pull_requests.total_count


def flags(person: Person) -> Iterator[str]:
    """What the person asks for in words, and what only looks like a person."""
    said = " ".join(filter(None, (person.bio, person.status.message if person.status else None)))
    if no_recruiters(said):
        yield "no_recruiters"
    if person.status and person.status.indicates_limited_availability:
        yield "limited_availability"
    yield from flags_of(person.name, person.bio)


def markers(person: Person, returned: frozenset[str]) -> Iterator[tuple[str, str]]:
    """GitHub's own change marks: a push does not move updatedAt, so both are kept."""
    yield "node_id", person.id
    if person.updated_at and "updatedAt" in returned:
        yield "updated_at", person.updated_at.isoformat()


def pushed_at(person: Person) -> str:
    """The latest push to an own repository, "" without one."""
    for node in present(person.repositories.nodes if person.repositories else ()):
        return str(node.get("pushedAt") or "")
    return ""


def rest_account(profile: RestProfile, origin: Origin, site: str) -> Account:
    """A profile of the REST interface as an account; the fields it returned are the ones observed."""
    returned = profile.model_fields_set
    ours = {"name", "bio", "company", "location", "created_at"} & returned
    observed = ours | {"handle", "kind", "flags"} | ({"open_to_work"} if "hireable" in returned else set())
    seen = [
        web_link(_with_scheme(profile.blog), Claim.CLAIMED, "website"),
        *web_links(addresses_in(profile.bio), Claim.MENTIONED, "bio"),
    ]
    if profile.twitter_username:
        seen.append(web_link(f"https://x.com/{profile.twitter_username}", Claim.CLAIMED, "twitter"))
    counts = {"public_repos": profile.public_repos, "followers": profile.followers}
    return Account(
        source="github",
        source_id=str(profile.id),
        handle=profile.login,
        url=f"{site}/{profile.login}",
        kind=kind_of(profile.type, profile.login),
        name=clean(profile.name, 200),
        bio=clean_lines(profile.bio, 4000),
        company=clean(profile.company, 200),
        location=clean(profile.location, 200),
        open_to_work=profile.hireable or None,
        created_at=profile.created_at,
        links=tuple({link.url: link for link in seen if link is not None}.values()),
        figures={name: float(count) for name, count in counts.items() if count is not None},
        flags=(*(("no_recruiters",) if no_recruiters(profile.bio or "") else ()), *flags_of(profile.name, profile.bio)),
        markers={"node_id": profile.node_id} if profile.node_id else {},
        observed=frozenset(observed | ({"links"} if "blog" in returned else set())),
        origin=origin,
    )
