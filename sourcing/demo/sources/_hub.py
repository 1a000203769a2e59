"""The Hugging Face Hub of the invented world: who is there, what they uploaded, which papers they confirmed."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from sourcing.demo.bios import OPT_OUTS, claims, headline, words
from sourcing.demo.cast import Person
from sourcing.demo.chance import Chance
from sourcing.demo.clock import DAY, stamp_ms
from sourcing.demo.links import github_page, site
from sourcing.demo.seats import hub_login
from sourcing.demo.stock import Theme
from sourcing.demo.works import Record
from sourcing.demo.world import World

NAME = "huggingface"
SHARE = 0.03  # of the people there, who do something on one day
_TASKS = {
    "nlp": (
        *("text-classification", "token-classification", "question-answering", "text-generation", "text-ranking"),
        *("sentence-similarity", "automatic-speech-recognition", "translation"),
    ),
    "cv": ("image-classification", "object-detection", "image-segmentation", "depth-estimation", "text-to-image"),
    "mle": ("tabular-classification", "text-classification", "image-classification", "feature-extraction"),
    "ds": ("tabular-classification", "tabular-regression", "time-series-forecasting"),
    "aipd": ("text-generation", "question-answering", "image-text-to-text"),
}
_OTHER_TASKS = ("text-classification", "image-classification")
_LIBRARIES = {"cv": ("timm", "diffusers", "ultralytics"), "ds": ("sklearn",), "mle": ("sklearn", "transformers")}
_FILES = ("README.md", "config.json", "model.safetensors", "train.py", "eval.json", "requirements.txt")
_FLOOR = "2022-03-02T23:29:04.000Z"


@dataclass(frozen=True, slots=True)
class Step:
    """Something one person did at the Hub on one day."""

    kind: str  # upload, touch, remove, rename, leave
    day: int
    at: int


def number(person: Person) -> str:
    """The durable id: a MongoDB id, which begins with the time of joining."""
    return f"{person.created:08x}{person.index:016x}"


class Hub:
    """The Hub on one day."""

    def __init__(self, world: World) -> None:
        self._cast, self._day = world.cast, world.day
        self.members = {p.index: login for p in self._cast.people if (login := hub_login(self._cast, p))}

    @cached_property
    def logins(self) -> dict[str, int]:
        """Present login, in lower case → person."""
        return {self.login(index).lower(): index for index in self.members if not self.left(index)}

    @cached_property
    def former(self) -> dict[str, int]:
        """Login before a rename, in lower case → person."""
        return {login.lower(): i for i, login in self.members.items() if login.lower() not in self.logins}

    def steps(self, index: int) -> Iterator[Step]:
        """What a person did since day 0, oldest first."""
        for day in range(1, self._day + 1):
            chance = Chance(self._cast.seed, index, NAME, day)
            if chance.often(SHARE):
                at = self._cast.zero + (day - 1) * DAY + chance.between(3_600, DAY - 3_600)
                kinds = ("upload", "upload", "upload", "touch", "touch", "touch", "touch", "remove", "rename", "leave")
                yield Step(chance.pick(kinds), day, at)

    def left(self, index: int) -> bool:
        """Whether the account was deleted."""
        return any(step.kind == "leave" for step in self.steps(index))

    def login(self, index: int) -> str:
        """The present login."""
        renamed = [step.day for step in self.steps(index) if step.kind == "rename"]
        return f"{self.members[index]}-was-{renamed[-1]}" if renamed else self.members[index]

    def overview(self, index: int) -> Record:
        """What the Hub says of a person."""
        counts = {f"num{kind.capitalize()}": len(rows) for kind, rows in self.works[index].items()}
        return self.profile(index) | counts | {"numPapers": int(index in self.authors)}

    def profile(self, index: int) -> Record:
        """What the person says of themself there, without what was counted."""
        person, chance = self._cast.people[index], Chance(self._cast.seed, index, NAME, "profile")
        return {
            "_id": number(person),
            "user": self.login(index),
            "type": "user",
            "fullname": person.name if chance.often(0.75) else "",
            "details": self._details(chance, person),
            "ai_ml_interests": words(claims(person)[:3]) if chance.often(0.4) else None,
            "isPro": chance.often(0.1),
            "avatarUrl": "/avatars/0.svg",
            "numFollowers": chance.heavy(1 + 40 * person.seniority**3, 0.9),
            "orgs": [],
            "isFollowing": False,
            "createdAt": stamp_ms(person.created),
        }

    def _details(self, chance: Chance, person: Person) -> str:
        lines = [headline(person)] if chance.often(0.6) else []
        if person.login and chance.often(0.4):
            lines.append(github_page(person.login).removeprefix("https://"))
        if chance.often(0.25):
            lines.append(f"Site: {site(person)}")
        if person.hireable and chance.often(0.3):
            lines.append("Open to work.")
        if person.opted_out:
            lines.append(OPT_OUTS[person.index % len(OPT_OUTS)])
        return "\n".join(lines)

    @cached_property
    def works(self) -> dict[int, dict[str, list[Record]]]:
        """Person → their models, data sets and Spaces."""
        return {index: self._works(index) for index in self.members if not self.left(index)}

    @cached_property
    def shelves(self) -> dict[tuple[str, str], list[Record]]:
        """(kind, author in lower case) → work."""
        found: dict[tuple[str, str], list[Record]] = {}
        for works in self.works.values():
            for kind, rows in works.items():
                for row in rows:
                    found.setdefault((kind, row["author"].lower()), []).append(row)
        return found

    def _works(self, index: int) -> dict[str, list[Record]]:
        person, chance = self._cast.people[index], Chance(self._cast.seed, index, NAME, "works")
        counts = {
            "models": min(chance.heavy(0.8 + 2.5 * person.seniority * person.active, 1.5), 40),
            "datasets": chance.below(3),
            "spaces": chance.below(3 + 2 * (person.field.id == "aipd")),
        }
        works = {kind: [self._repo(chance, person, kind, n) for n in range(count)] for kind, count in counts.items()}
        for step in self.steps(index):
            self._happen(person, works["models"], step)
        return works

    def _happen(self, person: Person, models: list[Record], step: Step) -> None:
        chance = Chance(self._cast.seed, person.index, NAME, "step", step.day)
        if step.kind == "upload":
            made = self._repo(chance, person, "models", 500 + step.day)
            models.append(made | {"createdAt": stamp_ms(step.at), "lastModified": stamp_ms(step.at), "likes": 0})
        elif step.kind == "touch" and models:
            models[0] |= {"lastModified": stamp_ms(step.at)}
        elif step.kind == "remove" and models:
            models.pop()

    def _repo(self, chance: Chance, person: Person, kind: str, serial: int) -> Record:
        theme = chance.pick(person.field.themes) if person.field.themes else None
        name = f"{chance.pick(theme.names) if theme else 'demo'}-{serial}"
        age = max(self._cast.zero - person.created, 3 * DAY)
        made = person.created + int(chance.real() * (age - DAY))
        row: Record = {
            "_id": f"7{kind[0].encode().hex()}{person.index:013x}{serial:08x}",
            "id": f"{self.login(person.index)}/{name}",
            "author": self.login(person.index),
            "private": False,
            "disabled": False,
            "createdAt": max(stamp_ms(made), _FLOOR),
            "lastModified": stamp_ms(made + int((self._cast.zero - DAY - made) * chance.real())),
            "likes": chance.heavy(0.3 + 12 * person.seniority**4, 0.95),
            "tags": ["region:us"],
        }
        details: Record = _DETAILS[kind](chance, person, theme)
        return row | details

    @cached_property
    def authors(self) -> dict[int, int]:
        """Person → when the paper they confirmed appeared, days before the anchor."""
        chances = ((index, Chance(self._cast.seed, index, NAME, "paper")) for index in self.members)
        chosen = {i: c.below(30) for i, c in chances if self._cast.people[i].seniority > 0.6 and c.often(0.3)}
        return {index: days for index, days in chosen.items() if self._cast.people[index].kind == "User"}

    def papers(self, day: str) -> list[Record]:
        """The papers of one day, "2026-11-24"."""
        found = []
        for index, ago in self.authors.items():
            at = stamp_ms(self._cast.zero - ago * DAY)
            if at[:10] == day and not self.left(index):
                found.append({"paper": self.paper(index, at), "publishedAt": at, "title": self._title(index)})
        return found

    def _title(self, index: int) -> str:
        themes = self._cast.people[index].field.themes
        return f"On {themes[index % len(themes)].names[0].replace('-', ' ')}, revisited" if themes else "A note"

    def paper(self, index: int, at: str) -> Record:
        """A paper with one confirmed author, one wrong guess and one name without an account."""
        person = self._cast.people[index]
        other = next((i for i in self.members if i > index and not self.left(i)), index)
        return {
            "id": f"2611.{index % 100_000:05d}",
            "title": self._title(index),
            "publishedAt": at,
            "summary": f"{headline(person)}s will find little new here.",
            "upvotes": index % 40,
            "ai_keywords": [topic for theme in person.field.themes[:1] for topic in theme.topics[:3]],
            "authors": [
                self._author(index, "claimed_verified"),
                self._author(other, "extracted_pending"),
                {"_id": "0", "name": "Sam Sample", "hidden": False},
            ],
        }

    def _author(self, index: int, status: str) -> Record:
        login, person = self.login(index), self._cast.people[index]
        user = {"_id": number(person), "user": login, "fullname": person.name, "type": "user", "name": login}
        return {"_id": f"a{index}", "name": person.name, "hidden": False, "status": status, "user": user}


def _model(chance: Chance, person: Person, theme: Theme | None) -> Record:
    task = chance.pick(_TASKS.get(person.field.id, _OTHER_TASKS))
    library = chance.pick(_LIBRARIES.get(person.field.id, ("transformers",)))
    topics = chance.some(theme.topics, 2) if theme else []
    copied = chance.often(0.08)
    return {
        "pipeline_tag": task,
        "library_name": library,
        "downloads": chance.heavy(20 + 400 * person.seniority**3, 0.9),
        "downloadsAllTime": chance.heavy(200 + 4_000 * person.seniority**3, 0.9),
        "tags": [library, task, *topics, "en", "license:mit", "region:us", *(_COPY if copied else ())],
        "cardData": {"license": "mit", "language": "en"} if chance.often(0.7) else None,
        "siblings": [{"rfilename": name} for name in _FILES if chance.often(0.4 + 0.5 * person.seniority)],
        "gated": chance.pick((False, False, False, "auto", "manual")),
    }


_COPY = ("gguf", "base_model:quantized:example-lab/base")


def _dataset(chance: Chance, person: Person, theme: Theme | None) -> Record:
    tasks = [f"task_categories:{task}" for task in chance.some(_TASKS.get(person.field.id, _OTHER_TASKS), 1)]
    about = chance.pick(theme.about) if theme else ""
    return {
        "description": f"Data for: {about}",
        "downloads": chance.heavy(30, 1.0),
        "downloadsAllTime": chance.heavy(300, 1.0),
        "tags": [*tasks, "language:en", "size_categories:1K<n<10K", "library:pandas", "region:us"],
        "cardData": {"pretty_name": about[:60], "language": ["en"]},
    }


def _space(chance: Chance, person: Person, theme: Theme | None) -> Record:
    del person
    sdk = chance.pick(("gradio", "gradio", "docker", "streamlit", "static"))
    topics = chance.some(theme.topics, 2) if theme else []
    files = ["app.py", "README.md", "requirements.txt", *(["Dockerfile"] if sdk == "docker" else [])]
    return {
        "sdk": sdk,
        "tags": [sdk, *topics, "region:us"],
        "cardData": {"title": f"{theme.names[0]} demo" if theme else "Demo", "sdk": sdk},
        "siblings": [{"rfilename": name} for name in files],
    }


_DETAILS: dict[str, Any] = {"models": _model, "datasets": _dataset, "spaces": _space}


@lru_cache(maxsize=2)
def hub(world: World) -> Hub:
    """The Hub of a world."""
    return Hub(world)
