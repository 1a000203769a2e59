"""Who of the invented people has a profile where, from the first day on, and how often GitHub names it.

Each place draws from seeds of its own (`Chance(cast.seed, person.index, place)`), so that adding one changes nothing at
the others. What is done at a place, and what changes there, its venue knows (`sources/`).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sourcing.demo.cast import Cast, Person
from sourcing.demo.chance import Chance

RESEARCHED = ("nlp", "cv", "mle", "ml-ops", "ds", "aipd")  # fields in which somebody writes papers
MAIN = "stackoverflow"
SISTERS = {"ds": "stats", "mle": "datascience", "nlp": "ai", "cv": "dsp", "ml-ops": "devops"}  # of the field
SITES = {MAIN: "https://stackoverflow.com"} | {
    name: f"https://{name}.stackexchange.com" for name in sorted(SISTERS.values())
}
_AT_NETWORK = {
    "mle": 0.35,
    "nlp": 0.3,
    "cv": 0.35,
    "ml-ops": 0.35,
    "ds": 0.4,
    "aipd": 0.25,
    "web": 0.25,
    "student": 0.1,
}
_AT_HUB = {
    "nlp": 0.6,
    "cv": 0.45,
    "mle": 0.4,
    "aipd": 0.45,
    "ds": 0.25,
    "ml-ops": 0.2,
    "student": 0.2,
    "organisation": 0.3,
}
_RARE = 0.02
_AT_FORUMS = {
    "mle": (("discuss.pytorch.org", 0.2), ("discuss.ray.io", 0.08)),
    "cv": (("discuss.pytorch.org", 0.25),),
    "nlp": (("discuss.huggingface.co", 0.3),),
    "aipd": (("discuss.huggingface.co", 0.15),),
    "ml-ops": (("discuss.ray.io", 0.15),),
    "student": (("discuss.pytorch.org", 0.1), ("discuss.huggingface.co", 0.06)),
}
_AT_REDDIT, _AT_FOREM, _AT_GITLAB, _AT_FORGEJO = 0.12, 0.12, 0.14, 0.05
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


# ---- forums -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ForumSeat:
    """One member of one forum."""

    index: int  # of the person
    host: str
    number: int
    username: str


def forum_seat(cast: Cast, person: Person) -> ForumSeat | None:
    """A person's place in a forum; most have none."""
    chance = Chance(cast.seed, person.index, "discourse")
    for host, share in _AT_FORUMS.get(person.field.id, ()):
        if person.kind == "User" and chance.often(share):
            name = person.login if person.login and chance.often(0.5) else f"{person.latin.split()[0]}_{person.index}"
            return ForumSeat(person.index, host, 1_000 + person.index, name)
    return None


def forum_page(cast: Cast, person: Person) -> str:
    """The profile address in a forum; empty without an account, as at all places here."""
    found = forum_seat(cast, person)
    return f"https://{found.host}/u/{found.username}" if found else ""


# ---- Stack Exchange ---------------------------------------------------------------------------------------


def network_seats(cast: Cast, person: Person) -> dict[str, int]:
    """The sites of Stack Exchange a person has an account at, with the number there; empty for most people."""
    chance = Chance(cast.seed, person.index, "stackexchange")
    if person.kind != "User" or not chance.often(_AT_NETWORK.get(person.field.id, _RARE)):
        return {}
    sister = SISTERS.get(person.field.id)
    found = {MAIN: 900_000_000 + person.index * 17} if chance.often(0.9) or sister is None else {}
    if sister is not None and (not found or chance.often(0.3)):
        found[sister] = 900_000_000 + person.index * 3
    return found


def network_page(cast: Cast, person: Person) -> str:
    """The profile address at the site an account is named by."""
    return next((f"{SITES[name]}/users/{number}" for name, number in network_seats(cast, person).items()), "")


# ---- the Hugging Face Hub ---------------------------------------------------------------------------------


def hub_login(cast: Cast, person: Person) -> str:
    """The login at the Hub on day 0. Organisations have one as well, and no person behind it."""
    chance = Chance(cast.seed, person.index, "huggingface")
    if person.kind == "Bot" or not chance.often(_AT_HUB.get(person.field.id, _RARE)):
        return ""
    if person.login and chance.often(0.55):
        return person.login
    return f"{person.latin.replace(' ', '-')}-{person.index}"


def hub_page(cast: Cast, person: Person) -> str:
    """The profile address of a person at the Hub."""
    login = hub_login(cast, person) if person.field.id != "organisation" else ""
    return login and f"https://huggingface.co/{login}"


# ---- Reddit, DEV, code hosts ------------------------------------------------------------------------------


def base36(number: int) -> str:
    """A number as Reddit writes ids."""
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
    return text or "0"


def reddit_name(cast: Cast, person: Person) -> str:
    """The user name at Reddit."""
    if person.kind != "User" or not Chance(cast.seed, person.index, "reddit").often(_AT_REDDIT):
        return ""
    return f"{person.latin.split(' ')[0]}_{base36(person.index + 1296)}"


def forem_name(cast: Cast, person: Person) -> str:
    """The name at DEV, unique by its number."""
    if person.kind != "User" or not Chance(cast.seed, person.index, "forem").often(_AT_FOREM):
        return ""
    return f"{person.latin.replace(' ', '')}{person.index}"[-30:]


def codehost_handle(cast: Cast, person: Person, host: str) -> str:
    """The handle at "gitlab" or "forgejo", unique by its number."""
    share = {"gitlab": _AT_GITLAB, "forgejo": _AT_FORGEJO}[host]
    if person.kind != "User" or not person.field.role or not Chance(cast.seed, person.index, host).often(share):
        return ""
    return f"{person.latin.replace(' ', '-')}-{person.index}"


# ---- papers -----------------------------------------------------------------------------------------------


def publishes(cast: Cast, person: Person) -> bool:
    """Whether somebody is an author at all."""
    chance = Chance(cast.seed, person.index, "research")
    return person.field.role in RESEARCHED and person.kind == "User" and chance.often(0.08 + 0.2 * person.seniority)


def orcid(cast: Cast, person: Person) -> str:
    """An author's ORCID with its check digit; empty for one author in three."""
    if not Chance(cast.seed, person.index, "research", "orcid").often(0.66):
        return ""
    digits, total = f"{90_000_000_000_000 + person.index:015d}"[:15], 0
    for digit in digits:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    whole = digits + ("X" if check == 10 else str(check))
    return "-".join(whole[at : at + 4] for at in range(0, 16, 4))


def orcid_page(cast: Cast, person: Person) -> str:
    """What an author links to: the page of their own."""
    own = orcid(cast, person) if publishes(cast, person) else ""
    return own and f"https://orcid.org/{own}"


# ---- what GitHub names ------------------------------------------------------------------------------------


def _page(site: str, handle: str) -> str:
    return handle and f"{site}/{handle}"


# How often a GitHub account names the one there among its social accounts, and its page. At places that are not here
# nobody has a page to name, or GitHub lists exactly the people who are there.
_NAMED: Mapping[str, tuple[float, Callable[[Cast, Person], str]]] = {
    "discourse": (0.15, forum_page),
    "forem": (0.5, lambda cast, person: _page("https://dev.to", forem_name(cast, person))),
    "forgejo": (0.4, lambda cast, person: _page("https://codeberg.org", codehost_handle(cast, person, "forgejo"))),
    "gitlab": (0.3, lambda cast, person: _page("https://gitlab.com", codehost_handle(cast, person, "gitlab"))),
    "huggingface": (0.35, hub_page),
    # People do name their accounts at Reddit; nobody may follow that.
    "reddit": (0.1, lambda cast, person: _page("https://www.reddit.com/user", reddit_name(cast, person))),
    "research": (0.4, orcid_page),
    "stackexchange": (0.25, network_page),
}


def pages(cast: Cast, person: Person) -> Iterator[str]:
    """A person's profile addresses at all of these places, named anywhere or not."""
    return (page for _, find in _NAMED.values() if (page := find(cast, person)))


def named(cast: Cast, person: Person) -> Iterator[str]:
    """Those a person's GitHub account names."""
    for place, (often, find) in _NAMED.items():
        page = find(cast, person)
        if page and Chance(cast.seed, person.index, "names", place).often(often):
            yield page
