"""GitHub accounts of invented people, in the shape of GitHub's GraphQL answers.

Keys with an underscore feed resolvers and never appear in an answer.
"""

from typing import Any

from sourcing.demo.bios import OPT_OUTS, bio, claims, company, headline, spelled, words
from sourcing.demo.cast import Cast, Person, Shift
from sourcing.demo.chance import Chance
from sourcing.demo.changes import Change
from sourcing.demo.clock import DAY, stamp
from sourcing.demo.ids import user_node
from sourcing.demo.links import SHARES, socials, twitter, website
from sourcing.demo.naming import firm
from sourcing.demo.stock import stock
from sourcing.demo.works import Record, build, own, repositories

_YEAR = 350  # days before the anchor in which the counted work of the last year lies


def profile(cast: Cast, person: Person, past: tuple[Change, ...]) -> Record:
    """The account with its repositories and contributions, after everything in `past` happened."""
    record = account(cast, person)
    chance = Chance(cast.seed, person.index, "works")
    record["_repositories"] = repositories(chance, person, _owner(record), cast.zero)
    _introduce(chance, cast, person, record)
    record["_given"] = _given(chance, cast, person, record["_repositories"])
    for change in past:
        _EFFECTS[change.kind](cast, person, record, change)
    _settle(chance, record)
    return record


def front(cast: Cast, person: Person) -> Record:
    """What a search looks at, on day 0: cheap enough to be drawn for everybody."""
    chance = Chance(cast.seed, person.index, "front")
    return {
        "login": person.login,
        "name": None if person.kind == "Bot" or chance.often(0.18) else person.name,
        "bio": bio(cast.seed, person),
        "location": spelled(chance, person.place) if person.field.id != "bot" else None,
        "createdAt": stamp(person.created),
        "_followers": chance.heavy(1 + 60 * person.seniority**3, 0.9),
        "__typename": person.kind,
    }


def account(cast: Cast, person: Person) -> Record:
    """The profile on day 0, without work."""
    chance = Chance(cast.seed, person.index, "profile")
    number = cast.github_id(person.index)
    age = max(cast.zero - person.created - 2 * DAY, DAY)
    updated = person.created + int(age * (1 - chance.real() ** 2 * 0.7))
    return front(cast, person) | {
        "databaseId": number,
        "id": user_node(number, person.kind),
        "company": company(person),
        "websiteUrl": website(cast, person),
        "twitterUsername": twitter(cast, person) if chance.often(SHARES["Twitter at GitHub"]) else None,
        "isHireable": person.hireable,
        "updatedAt": stamp(updated),
        "status": _status(chance, person),
        "email": "",
        "pronouns": None,
        "_following": chance.below(120),
        "_socials": socials(cast, person),
        "_issues": chance.below(30),
        "_restricted": chance.heavy(20) if chance.often(0.4) else 0,
        "_small_merged": chance.heavy(1 + 20 * person.active),
        "_heavy": person.heavy,
    }


def _owner(record: Record) -> Record:
    return {key: record[key] for key in ("__typename", "login", "id", "databaseId", "name")}


def _status(chance: Chance, person: Person) -> Record | None:
    if person.kind != "User" or not chance.often(0.07):
        return None
    busy = chance.often(0.4)
    text = chance.pick(OPT_OUTS) if person.opted_out else chance.pick(("On vacation", "Focusing", "Hiring!", None))
    return {"message": text, "indicatesLimitedAvailability": busy, "emoji": None, "expiresAt": None}


def _introduce(chance: Chance, cast: Cast, person: Person, record: Record) -> None:
    """Some keep a repository named like themselves, whose README is shown on the profile."""
    if person.kind != "User" or not chance.often(0.15 + 0.2 * bool(person.field.role)):
        return
    theme = next(field for field in stock().fields if field.id == "web").themes[0]
    made = max(person.created, cast.zero - 900 * DAY)
    shown = build(chance, theme, _owner(record), person.login, person.index * 64 + 60, made, made + DAY, 0.0)
    text = f"### Hi, I am {person.name}\n\n{headline(person)}. I use {words(claims(person))}.\n"
    if person.opted_out:
        text += f"\n{OPT_OUTS[person.index % len(OPT_OUTS)]}\n"
    record["_repositories"].append(
        shown | {"_files": {"README.md": text}, "isFork": False, "_profile": True, "_topics": []}
    )


def _given(chance: Chance, cast: Cast, person: Person, owned: list[Record]) -> list[dict[str, Any]]:
    """Work by repository: counts with the stretch of time they are spread over."""
    rows = [_row(chance, cast, ("own", repo["databaseId"]), chance.heavy(8), 0) for repo in _recent(cast, owned)]
    for shift in person.shifts:
        fresh = max(1, shift.commits // 4) if shift.last < _YEAR else 0
        rows.append(_row(chance, cast, ("host", shift.host), fresh, _merged_lately(shift)))
    return rows


def _recent(cast: Cast, owned: list[Record]) -> list[Record]:
    edge = stamp(cast.zero - _YEAR * DAY)
    return [repo for repo in owned if repo["pushedAt"] > edge and not repo["isFork"]][:12]


def _merged_lately(shift: Shift) -> int:
    return max(1, shift.merged // 3) if shift.last < _YEAR else 0


def _row(chance: Chance, cast: Cast, where: tuple[str, int], commits: int, merged: int) -> dict[str, Any]:
    start = cast.zero - int((0.4 + 0.6 * chance.real()) * _YEAR * DAY)
    end = cast.zero - DAY - int(chance.real() * (cast.zero - DAY - start) * 0.5)
    reviews = chance.heavy(merged / 3) if merged > 2 else 0
    return {"where": where, "start": start, "end": end, "commits": commits, "prs": merged, "reviews": reviews}


def _settle(chance: Chance, record: Record) -> None:
    """What follows from the rest: ordered repositories, pins, the number of merged changes."""
    owned = record["_repositories"]
    owned.sort(key=lambda repo: (-repo["stargazerCount"], repo["databaseId"]))
    record["_by_name"] = {repo["name"].lower(): repo for repo in owned}
    record["_pins"] = [repo for repo in owned if not repo["isFork"]][: chance.below(7)]
    record["_merged"] = record["_small_merged"] + sum(row["prs"] for row in record["_given"])


# ---- what a change does -----------------------------------------------------------------------------------


def _new_repository(cast: Cast, person: Person, record: Record, change: Change) -> None:
    if not person.field.themes:
        return _edit(cast, person, record, change)
    chance = Chance(cast.seed, person.index, "new", change.day)
    theme = chance.pick(person.field.themes)
    name = f"{chance.pick(theme.names)}-{change.day}{chance.below(90) + 10}"
    made = build(
        chance, theme, _owner(record), name, person.index * 64 + 61 + change.day % 3, change.at - 900, change.at, 0.3
    )
    record["_repositories"].append(made | {"stargazerCount": 0, "isFork": False})
    record["_given"].append(
        {"where": ("own", made["databaseId"]), "start": change.at - 900, "end": change.at, "commits": 3, "prs": 0}
        | {"reviews": 0}
    )
    return None


def _push(cast: Cast, person: Person, record: Record, change: Change) -> None:
    owned = [repo for repo in record["_repositories"] if not repo["isFork"]]
    if not owned:
        return _edit(cast, person, record, change)
    latest = max(owned, key=lambda repo: (repo["pushedAt"], repo["databaseId"]))
    latest |= {"pushedAt": stamp(change.at), "updatedAt": stamp(change.at)}
    return None


def _edit(cast: Cast, person: Person, record: Record, change: Change) -> None:
    record["bio"] = bio(cast.seed, person, change.day)
    record["updatedAt"] = stamp(change.at)


def _move(cast: Cast, person: Person, record: Record, change: Change) -> None:
    record["location"] = Chance(cast.seed, person.index, "move", change.day).pick(person.region.places).full
    record["company"] = firm(Chance(cast.seed, person.index, "firm", change.day)).capitalize()
    record["updatedAt"] = stamp(change.at)


def renamed(login: str, change: Change) -> str:
    """The login after a rename."""
    return f"{login.split('-is-', maxsplit=1)[0]}-is-{change.day}"


def _rename(_: Cast, __: Person, record: Record, change: Change) -> None:
    record["login"] = renamed(record["login"], change)
    record["updatedAt"] = stamp(change.at)
    owner = _owner(record)
    for repo in record["_repositories"]:
        if repo.get("_profile"):
            repo["_profile"] = False  # it keeps its old name and is shown no longer
    record["_repositories"] = [own(repo, owner) for repo in record["_repositories"]]


def _merge(cast: Cast, person: Person, record: Record, change: Change) -> None:
    row = next((row for row in record["_given"] if row["where"] == ("host", merge_host(cast, person, change))), None)
    if row is None:
        row = {"where": ("host", merge_host(cast, person, change)), "start": change.at - DAY, "end": change.at}
        record["_given"].append(row | {"commits": 1, "prs": 1, "reviews": 0})
    else:
        row["prs"] += 1


def merge_host(cast: Cast, person: Person, change: Change) -> int:
    """Where a change of kind "merge" landed: an index into the stock's hosts."""
    chance = Chance(cast.seed, person.index, "merge", change.day)
    if person.shifts:
        return chance.pick(person.shifts).host
    return chance.pick([index for index, host in enumerate(stock().hosts) if host.fields])


def _nothing(_: Cast, __: Person, ___: Record, ____: Change) -> None:
    """The change happened at another site."""


_EFFECTS = {
    "repository": _new_repository,
    "push": _push,
    "bio": _edit,
    "move": _move,
    "rename": _rename,
    "merge": _merge,
    "delete": _nothing,
    "edit": _nothing,
    "remove": _nothing,
    "notebook": _nothing,
}
