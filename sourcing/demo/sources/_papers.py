"""Who publishes what in the invented world: authors with their ORCID, papers with their places of authors."""

from dataclasses import dataclass
from functools import lru_cache

from sourcing.demo.cast import Cast, Person
from sourcing.demo.chance import Chance
from sourcing.demo.clock import DAY, stamp
from sourcing.demo.seats import publishes
from sourcing.demo.world import World

NAME = "research"
FIRST_AUTHOR, FIRST_WORK = 5_900_000_000, 4_400_000_000
# OpenAlex's own names, so that the lanes of the roles find them; the ids are made up.
TOPICS = {
    "T90001": ("Natural Language Processing Techniques", ("nlp", "aipd")),
    "T90002": ("Topic Modeling", ("nlp", "ds")),
    "T90003": ("Advanced Neural Network Applications", ("cv", "mle")),
    "T90004": ("Multimodal Machine Learning Applications", ("cv", "nlp")),
    "T90005": ("Machine Learning and Data Classification", ("mle", "ds")),
    "T90006": ("Recommender Systems and Techniques", ("mle", "ds")),
    "T90007": ("Distributed and Parallel Computing Systems", ("ml-ops",)),
    "T90008": ("Software System Performance and Reliability", ("ml-ops", "aipd")),
    "T90009": ("Advanced Causal Inference Techniques", ("ds",)),
    "T90010": ("Speech Recognition and Synthesis", ("nlp",)),
}
VENUES = {
    "S90001": "Neural Information Processing Systems",
    "S90002": "International Conference on Machine Learning",
    "S90003": "Meeting of the Association for Computational Linguistics",
    "S90004": "Computer Vision and Pattern Recognition",
}
CATEGORIES = {
    "nlp": ("cs.CL", "cs.IR", "eess.AS", "cs.SD"),
    "cv": ("cs.CV", "eess.IV", "cs.RO"),
    "mle": ("cs.LG", "stat.ML"),
    "ml-ops": ("cs.DC", "cs.SE"),
    "ds": ("stat.ME", "stat.ML", "stat.AP", "econ.EM"),
    "aipd": ("cs.HC", "cs.AI"),
}


@dataclass(frozen=True, slots=True)
class Paper:
    """One work with its authors, first to last."""

    number: int
    day: int  # seconds since 1970
    authors: tuple[int, ...]
    topic: str
    arxiv: str  # "" unless it is a preprint there

    @property
    def doi(self) -> str:
        """Its DOI in lower case."""
        return f"10.48550/arxiv.{self.arxiv}" if self.arxiv else f"10.5555/demo.{self.number}"


def author_id(person: Person) -> str:
    """The id at OpenAlex."""
    return f"A{FIRST_AUTHOR + person.index}"


def confirmed(cast: Cast, person: Person) -> bool:
    """Whether the person confirmed the ORCID when a paper was sent in."""
    return Chance(cast.seed, person.index, NAME, "confirmed").often(0.5)


@lru_cache(maxsize=4)
def papers(world: World) -> tuple[Paper, ...]:
    """All works up to the world's day, newest first."""
    cast = world.cast
    authors = [person for person in cast.people if publishes(cast, person)]
    rows = [one for person in authors for one in _papers(world, person, authors)]
    return tuple(sorted(rows, key=lambda one: (-one.day, one.number)))


def _papers(world: World, person: Person, authors: list[Person]) -> list[Paper]:
    chance = Chance(world.cast.seed, person.index, NAME, "papers")
    rows = [_paper(world, person, authors, n, -chance.below(340)) for n in range(chance.between(1, 3))]
    fresh = (day for day in range(1, world.day + 1) if Chance(world.cast.seed, person.index, NAME, day).often(0.03))
    return rows + [_paper(world, person, authors, 10 + day, day) for day in fresh]


def _paper(world: World, person: Person, authors: list[Person], number: int, day: int) -> Paper:
    chance = Chance(world.cast.seed, person.index, NAME, "paper", number)
    others = [one.index for one in chance.some(authors, chance.below(4)) if one != person]
    fitting = [own for own, (_, roles) in TOPICS.items() if person.field.role in roles]
    own = person.index * 100 + number
    at = world.cast.zero + (day - 1) * DAY + chance.below(DAY)
    arxiv = f"{stamp(at)[2:4]}{stamp(at)[5:7]}.{own % 100_000:05d}" if chance.often(0.33) else ""
    return Paper(FIRST_WORK + own, at, (person.index, *others), chance.pick(fitting), arxiv)
