"""Kaggle accounts of invented people: user documents, notebooks, datasets, models; defaults are omitted."""

import re
from collections.abc import Mapping
from functools import cached_property

from sourcing.demo.bios import company
from sourcing.demo.cast import TIERS, Cast, Person
from sourcing.demo.chance import Chance
from sourcing.demo.changes import Change
from sourcing.demo.clock import DAY, stamp_ms
from sourcing.demo.contests import Edition, Team, describe, editions, leaderboard, teams
from sourcing.demo.stock import Theme
from sourcing.demo.works import Record

_AVATAR = "https://avatars.example/default-thumb.png"
_KINDS = ("competition", "kernel", "dataset")
_WORDS = ("baseline", "EDA and first model", "inference", "with pseudo labels", "ensemble", "explained", "5-fold CV")
_FRAMEWORKS = ("MODEL_FRAMEWORK_PY_TORCH", "MODEL_FRAMEWORK_TRANSFORMERS", "MODEL_FRAMEWORK_KERAS")


class Kagglers:
    """Kaggle on one day."""

    def __init__(self, cast: Cast, past: Mapping[int, tuple[Change, ...]]) -> None:
        self._cast, self._past = cast, past
        self._boards: dict[int, list[Team]] = {}
        self._places: dict[int, str] = {}

    @cached_property
    def people(self) -> list[Person]:
        """Everybody with an account."""
        return [person for person in self._cast.people if person.kaggle]

    @cached_property
    def by_name(self) -> dict[str, Person]:
        """User name → person."""
        return {person.kaggle: person for person in self.people}

    @cached_property
    def editions(self) -> list[Edition]:
        """All competitions, latest deadline first."""
        return editions(self._cast)

    def board(self, edition: Edition) -> list[Team]:
        """The leaderboard of a competition, best first."""
        if edition.number not in self._boards:
            self._boards[edition.number] = teams(self._cast, edition)
        return self._boards[edition.number]

    def competition(self, edition: Edition) -> Record:
        """The competition as ListCompetitions shows it."""
        return describe(edition, len(self.board(edition)))

    def leaderboard(self, edition: Edition) -> bytes:
        """The zip of its leaderboard."""
        return leaderboard(self._cast, edition, self.board(edition))

    def submissions(self, edition: Edition) -> list[Record]:
        """The leaderboard without its members, as GetLeaderboard shows it."""
        return [
            {"teamId": team.number, "teamName": team.name, "submissionDate": stamp_ms(team.last)}
            | {"score": f"{team.score:.5f}"}
            for team in self.board(edition)
        ]

    def number(self, person: Person) -> int:
        """The durable number of an account."""
        return self._cast.kaggle_id(person.index)

    def points(self, person: Person, kind: str) -> int:
        """Points of a person for competition, kernel or dataset; 0 below expert."""
        chance = Chance(self._cast.seed, person.index, "points", kind)
        if person.tier < 2 or not chance.often(0.9 if kind == "competition" else 0.35):
            return 0
        return int(300 * 6 ** (person.tier - 1) * (0.4 + chance.real()))

    @cached_property
    def rankings(self) -> dict[str, dict[int, int]]:
        """Kind → person → rank, for everybody with points."""
        return {kind: self._ranked(kind) for kind in _KINDS}

    def _ranked(self, kind: str) -> dict[int, int]:
        scored = [(self.points(person, kind), person.index) for person in self.people if not hidden(person)]
        order = sorted((row for row in scored if row[0]), key=lambda row: (-row[0], row[1]))
        return {index: rank for rank, (_, index) in enumerate(order, start=1)}

    def location(self, person: Person) -> str:
        """City, region, country; empty for those who do not say."""
        if person.index not in self._places:
            stated = Chance(self._cast.seed, person.index, "kaggle-place").often(0.62)
            self._places[person.index] = person.place.full if stated else ""
        return self._places[person.index]

    def document(self, person: Person) -> Record:
        """The USER document of a search."""
        number = self._cast.kaggle_id(person.index)
        chance = Chance(self._cast.seed, person.index, "kaggle")
        name = person.name if chance.often(0.8) else person.kaggle
        joined = stamp_ms(min(person.created + chance.below(1_500) * DAY, self._cast.zero - 60 * DAY))
        owner = {
            "id": number,
            "displayName": name,
            "thumbnailUrl": _AVATAR,
            "url": f"/{person.kaggle}",
            "userName": person.kaggle,
            "progressionOptOut": hidden(person),
            "tier": TIERS[1] if hidden(person) else TIERS[person.tier],
        }
        return {
            "id": number,
            "documentType": "USER",
            "title": name,
            "createTime": joined,
            "ownerUser": owner,
            "userDocument": self._details(person),
            "slug": person.kaggle,
        }

    def _details(self, person: Person) -> Record:
        details: Record = {
            "grandmasterTierLevel": 1 + person.index % 3 if person.tier == 4 and not hidden(person) else 0,
            "userLocation": self.location(person),
            "occupationOrganizationName": (company(person) or "").lstrip("@"),
        }
        details = {key: value for key, value in details.items() if value}
        for kind in _KINDS:
            rank = self.rankings[kind].get(person.index)
            if rank:
                details[f"{kind}Ranking"] = rank
            details[f"{kind}Points"] = self.points(person, kind) if rank else 0
        return details

    def kernels(self, person: Person) -> list[Record]:
        """Public notebooks, latest run first."""
        chance = Chance(self._cast.seed, person.index, "kernels")
        count = min(chance.heavy(0.6 + 1.6 * person.tier * person.active, 1.4), 60)
        rows = [self._kernel(chance, person, number, self._ran(chance, person)) for number in range(count)]
        new = [change for change in self._past.get(person.index, ()) if change.kind == "notebook"]
        rows += [self._kernel(Chance(person.index, at.day), person, 900 + at.day, at.at) for at in new]
        return sorted(rows, key=lambda row: (row["lastRunTime"], row["id"]), reverse=True)

    def _ran(self, chance: Chance, person: Person) -> int:
        return self._cast.zero - DAY - int(chance.real() ** (1 + person.active) * 1_400 * DAY)

    def _kernel(self, chance: Chance, person: Person, number: int, at: int) -> Record:
        theme, fitting = chance.pick(person.field.themes), self._entered(person)
        title = f"{theme.names[0].replace('-', ' ').capitalize()}: {chance.pick(_WORDS)}"
        slug = f"{_slug(title)}-{number}"
        row: Record = {
            "id": 50_000_000 + person.index * 1_000 + number,
            "ref": f"{person.kaggle}/{slug}",
            "title": title,
            "author": person.name,
            "slug": slug,
            "lastRunTime": stamp_ms(at),
            "language": "r" if theme.id == "rstats" else "python",
            "kernelType": "notebook" if chance.often(0.85) else "script",
            "enableGpu": chance.often(0.5),
            "totalVotes": chance.heavy(0.5 + 3 * person.tier**1.5) if at < self._cast.zero else 0,
        }
        if fitting and chance.often(0.7):
            row["competitionDataSources"] = [chance.pick(fitting).slug]
        else:
            row["datasetDataSources"] = [f"{person.kaggle}/{theme.names[-1]}"]
        return {key: value for key, value in row.items() if value not in (0, False, "")}

    def _entered(self, person: Person) -> list[Edition]:
        return [edition for edition in self.editions if person.field.id in edition.contest.fields]

    def datasets(self, person: Person) -> list[Record]:
        """Public datasets."""
        chance = Chance(self._cast.seed, person.index, "datasets")
        count = chance.between(1, 4) if chance.often(0.12 + 0.1 * person.tier) else 0
        return [self._dataset(chance, person, number) for number in range(count)]

    def _dataset(self, chance: Chance, person: Person, number: int) -> Record:
        theme = chance.pick(person.field.themes)
        slug = f"{theme.names[-1]}-data-{number}"
        row: Record = {
            "id": 3_000_000 + person.index * 10 + number,
            "ref": f"{person.kaggle}/{slug}",
            "subtitle": theme.about[0],
            "creatorName": person.name,
            "creatorUrl": person.kaggle,
            "totalBytes": chance.heavy(2_000_000),
            "url": f"https://www.kaggle.com/datasets/{person.kaggle}/{slug}",
            "lastUpdated": stamp_ms(self._ran(chance, person)),
            "downloadCount": chance.heavy(40 * (1 + person.tier)),
            "licenseName": chance.pick(("CC0: Public Domain", "CC BY-SA 4.0", "Apache 2.0")),
            "ownerName": person.name,
            "ownerRef": person.kaggle,
            "title": slug.replace("-", " ").capitalize(),
            "voteCount": chance.heavy(1 + 3 * person.tier),
            "currentVersionNumber": chance.between(1, 9),
            "usabilityRating": round(0.3 + 0.7 * chance.real(), 2),
            "tags": _tags(theme),
        }
        return row

    def models(self, person: Person) -> list[Record]:
        """Public models."""
        chance = Chance(self._cast.seed, person.index, "models")
        count = chance.between(1, 2) if person.field.role and chance.often(0.1) else 0
        return [self._model(chance, person, number) for number in range(count)]

    def _model(self, chance: Chance, person: Person, number: int) -> Record:
        theme = chance.pick(person.field.themes)
        slug = f"{theme.names[0]}-model-{number}"
        at, framework = stamp_ms(self._ran(chance, person)), chance.pick(_FRAMEWORKS)
        instance = {"id": person.index * 10 + number, "slug": "default", "framework": framework}
        return {
            "id": 400_000 + person.index * 10 + number,
            "ref": f"{person.kaggle}/{slug}",
            "title": slug.replace("-", " "),
            "subtitle": theme.about[0],
            "author": person.name,
            "slug": slug,
            "instances": [instance | {"versionNumber": 1, "licenseName": "Apache 2.0"}],
            "tags": _tags(theme),
            "publishTime": at,
            "updateTime": at,
            "url": f"https://www.kaggle.com/models/{person.kaggle}/{slug}",
            "voteCount": 1 + chance.heavy(1 + person.tier),
        }


def hidden(person: Person) -> bool:
    """Whether the person opted out of showing progression."""
    return person.index % 33 == 7


def _tags(theme: Theme) -> list[Record]:
    return [{"ref": topic, "name": topic.replace("-", " ")} for topic in theme.topics[:3]]


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
