"""The Stack Exchange network of the invented world: who answers at which site, under which tags, how well."""

import html
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from sourcing.demo.bios import OPT_OUTS, claims, headline, spelled, words
from sourcing.demo.cast import Person
from sourcing.demo.chance import Chance
from sourcing.demo.clock import DAY
from sourcing.demo.links import SHARES, github_page, site
from sourcing.demo.seats import MAIN, SITES, network_seats
from sourcing.demo.works import Record
from sourcing.demo.world import World

NAME = "stackexchange"
SHARE = 0.03  # of the people there, who do something on one day
_TAGS = {
    "mle": ("machine-learning", "pytorch", "tensorflow", "keras", "scikit-learn", "xgboost", "apache-spark", "onnx"),
    "nlp": ("nlp", "huggingface-transformers", "spacy", "nltk", "gensim", "large-language-model", "langchain"),
    "cv": ("opencv", "computer-vision", "image-processing", "object-detection", "yolo", "pytorch", "ocr", "cuda"),
    "ml-ops": ("docker", "kubernetes", "terraform", "airflow", "mlflow", "amazon-sagemaker", "prometheus"),
    "ds": ("pandas", "r", "ggplot2", "scikit-learn", "matplotlib", "sql", "time-series", "statsmodels"),
    "aipd": ("langchain", "openai-api", "large-language-model", "fastapi", "next.js", "reactjs", "streamlit"),
    "web": ("javascript", "reactjs", "docker", "sql", "typescript", "css"),
}
_OTHER_TAGS = ("python", "git", "pandas")
_SISTER_TAGS = {
    "ds": ("regression", "time-series", "bayesian", "hypothesis-testing"),
    "mle": ("machine-learning", "deep-learning", "scikit-learn"),
    "nlp": ("natural-language-processing", "transformer", "large-language-models"),
    "cv": ("image-processing", "computer-vision", "opencv"),
    "ml-ops": ("docker", "kubernetes", "terraform", "ci-cd"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """Something one person did on one day."""

    kind: str  # answer, edit, leave
    day: int


def account_id(person: Person) -> int:
    """The durable number in the network, the same at all sites."""
    return 900_000_000 + person.index * 13


class Network:
    """The network on one day."""

    def __init__(self, world: World) -> None:
        self._cast, self._day = world.cast, world.day
        self._members = {p.index: found for p in self._cast.people if (found := network_seats(self._cast, p))}

    @cached_property
    def members(self) -> dict[int, dict[str, int]]:
        """Person → seats, of those who have not left."""
        return {i: found for i, found in self._members.items() if not any(s.kind == "leave" for s in self.steps(i))}

    @cached_property
    def by_seat(self) -> dict[tuple[str, int], int]:
        """Site and number → person."""
        return {(name, number): i for i, found in self.members.items() for name, number in found.items()}

    @cached_property
    def by_account(self) -> dict[int, int]:
        """Number in the network → person."""
        return {account_id(self._cast.people[i]): i for i in self.members}

    def steps(self, index: int) -> Iterator[Step]:
        """What a person did since day 0, oldest first."""
        for day in range(1, self._day + 1):
            chance = Chance(self._cast.seed, index, NAME, day)
            if chance.often(SHARE):
                yield Step(chance.pick(("answer",) * 6 + ("edit",) * 3 + ("leave",)), day)

    def tags(self, index: int, name: str) -> dict[str, tuple[int, int]]:
        """Tag → number and summed score of a person's answers at a site."""
        person, chance = self._cast.people[index], Chance(self._cast.seed, index, NAME, "tags", name)
        known = _TAGS.get(person.field.id, _OTHER_TAGS) if name == MAIN else _SISTER_TAGS[person.field.id]
        counts = {}
        for tag in chance.some(known, 2 + int(4 * person.seniority)):
            answers = min(1 + chance.heavy(2 + 25 * person.seniority**2, 1.1), 3_000)
            counts[tag] = (answers, int(answers * 4 * chance.real() * (0.3 + person.seniority)) - chance.below(2))
        more = sum(step.kind == "answer" for step in self.steps(index))
        first = next(iter(counts))
        counts[first] = (counts[first][0] + more, counts[first][1] + 3 * more)
        return counts

    def lately(self, index: int, tag: str, name: str) -> tuple[int, int]:
        """Number and score of the answers with a tag in the last thirty days; zeros for most people."""
        person, chance = self._cast.people[index], Chance(self._cast.seed, index, NAME, "month", name, tag)
        answers = 1 + chance.below(9) if chance.often(0.5 * person.active) else 0
        if next(iter(self.tags(index, name))) == tag:
            answers += sum(step.kind == "answer" for step in self.steps(index))
        return answers, answers * (1 + chance.below(4))

    def top(self, name: str, tag: str, period: str) -> list[Record]:
        """The best twenty of a tag."""
        rows: list[Record] = []
        for index, found in self.members.items():
            if name in found and tag in (counts := self.tags(index, name)):
                answers, score = counts[tag] if period == "all_time" else self.lately(index, tag, name)
                if answers:
                    rows.append({"user": self.short(index, name), "score": score, "post_count": answers})
        rows.sort(key=lambda row: (-row["score"], row["user"]["user_id"]))
        return rows[:20]

    def short(self, index: int, name: str) -> Record:
        """A person as other answers name them."""
        person = self._cast.people[index]
        number = self._members[index][name]
        return {
            "account_id": account_id(person),
            "reputation": self.reputation(index, name),
            "user_id": number,
            "user_type": "registered",
            "display_name": html.escape(person.name, quote=True),
            "link": f"{SITES[name]}/users/{number}/{person.latin.replace(' ', '-')}",
        }

    def reputation(self, index: int, name: str) -> int:
        """Ten a vote."""
        return 1 + 10 * sum(max(0, score) for _, score in self.tags(index, name).values())

    def user(self, index: int, name: str, *, filtered: bool) -> Record:
        """A profile; the texts come with a filter only."""
        person, chance = self._cast.people[index], Chance(self._cast.seed, index, NAME, "profile")
        quiet = chance.below(30 if person.active > 0.2 else 900)
        edits = [step.day for step in self.steps(index) if step.kind == "edit"]
        row: Record = self.short(index, name) | {
            "badge_counts": {"gold": chance.below(3), "silver": chance.below(20), "bronze": chance.below(60)},
            "creation_date": person.created,
            "last_access_date": self._cast.zero - quiet * DAY,
            "last_modified_date": self._cast.zero + edits[-1] * DAY if edits else person.created,
            "is_employee": False,
            "location": spelled(chance, person.place),
            "website_url": self._website(chance, person),
        }
        if filtered:
            counts = self.tags(index, name).values()
            row |= {"answer_count": sum(n for n, _ in counts), "question_count": chance.below(30)}
            row["about_me"] = self._about(chance, person, edits)
        # What is absent is left out, not null.
        return {key: value for key, value in row.items() if value is not None}

    def _website(self, chance: Chance, person: Person) -> str | None:
        if not chance.often(SHARES["website at Stack Exchange"]):
            return chance.pick((None, ""))
        return github_page(person.login) if person.login and chance.often(0.3) else site(person)

    def _about(self, chance: Chance, person: Person, edits: list[int]) -> str:
        lines = [f"{headline(person)}. {words(claims(person)[:3])}"] if chance.often(0.6) else []
        if person.login and chance.often(0.2):
            lines.append(f'<a href="{github_page(person.login)}" rel="nofollow noreferrer">GitHub</a>')
        if person.opted_out:
            lines.append(OPT_OUTS[person.index % len(OPT_OUTS)])
        lines += [f"Now in edition {len(edits)}."] if edits else []
        return "".join(f"<p>{line}</p>\n" for line in lines)

    def tag_rows(self, index: int, name: str, least: int) -> list[Record]:
        """A person's tags with at least so many posts."""
        counts = self.tags(index, name)
        number = self._members[index][name]
        flags: dict[str, Any] = {"has_synonyms": False, "is_moderator_only": False, "is_required": False}
        return [{"user_id": number, "name": tag, "count": n, **flags} for tag, (n, _) in counts.items() if n >= least]

    def associated(self, index: int) -> list[Record]:
        """A person's sites, and one they never wrote at."""
        person = self._cast.people[index]
        rows = [
            {
                "account_id": account_id(person),
                "site_url": SITES[name],
                "site_name": name,
                "user_id": number,
                "reputation": self.reputation(index, name),
                "answer_count": sum(n for n, _ in self.tags(index, name).values()),
                "question_count": 0,
                "creation_date": person.created,
            }
            for name, number in self._members[index].items()
        ]
        idle = {"site_url": "https://gaming.stackexchange.com", "site_name": "Arqade", "user_id": 900_000_000 + index}
        return [*rows, rows[0] | idle | {"reputation": 101, "answer_count": 0}]


@lru_cache(maxsize=2)
def network(world: World) -> Network:
    """The network of a world."""
    return Network(world)
