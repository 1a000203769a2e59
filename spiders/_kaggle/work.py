"""Notebooks, datasets, models and competition results as evidence."""

import re

from spiders._kaggle.answers import Competition, Dataset, Kernel, SharedModel
from spiders._kaggle.leaderboard import MEDALS, Team
from spiders._kaggle.people import Person
from spiders._reading.clean import EXCERPT, TITLE, clean, clean_lines, clean_tags
from storage.records import AccountKey, Evidence, Level, Origin
from storage.text import handle_key

_PREFIX = re.compile(r"^MODEL_FRAMEWORK_|^HOST_SEGMENT_")
# Enum names of frameworks that are not what people call them.
FRAMEWORKS = {
    "TENSOR_FLOW_1": "TensorFlow",
    "TENSOR_FLOW_2": "TensorFlow",
    "TF_LITE": "TensorFlow Lite",
    "TF_JS": "TensorFlow.js",
    "PY_TORCH": "PyTorch",
    "SCIKIT_LEARN": "scikit-learn",
    "TENSOR_RT_LLM": "TensorRT-LLM",
    "GEMMA_CPP": "gemma.cpp",
    "KERAS": "Keras",
    "FLAX": "Flax",
    "TRANSFORMERS": "Transformers",
    "VLLM": "vLLM",
    "UNSPECIFIED": "",
    "OTHER": "",
}


# What Kaggle calls a copy that was not named anew, and the exercises of its courses, which are handed out ready-made.
COPIED = re.compile(r"(?i)^\s*(?:fork|copy) of\b|^\s*exercise:|\bcopied from\b")


def owned(ref: str, handle: str) -> bool:
    """Whether a work "user/slug" is the person's own; lists also hold what they only take part in."""
    return handle_key(ref.partition("/")[0]) == handle_key(handle)


def notebook(kernel: Kernel, owner: AccountKey, site: str, origin: Origin) -> Evidence:
    """One public notebook."""
    kind = "gpu" if kernel.enable_gpu else None
    return Evidence(
        account=owner,
        source_id=str(kernel.id or kernel.ref),
        kind="notebook",
        url=f"{site}/code/{kernel.ref}",
        title=clean(kernel.title, TITLE) or kernel.ref,
        event_at=kernel.last_run_time,
        level=Level.ACTIVITY if COPIED.search(kernel.title or "") else Level.PRACTICE,
        tags=clean_tags((kernel.language, kind, *kernel.category_ids, *map(_slug, kernel.competition_data_sources))),
        figures={"votes": float(max(0, kernel.total_votes))},
        origin=origin,
    )


def dataset(given: Dataset, owner: AccountKey, site: str, origin: Origin) -> Evidence:
    """One public dataset."""
    figures = {"votes": given.vote_count, "downloads": given.download_count, "usability": given.usability_rating}
    return Evidence(
        account=owner,
        source_id=str(given.id or given.ref),
        kind="dataset",
        url=f"{site}/datasets/{given.ref}",
        title=clean(given.title, TITLE) or given.ref,
        text=clean_lines("\n\n".join(filter(None, (given.subtitle, given.description))), EXCERPT),
        event_at=given.last_updated,
        level=Level.PRACTICE,
        tags=clean_tags(tag.name for tag in given.tags),
        figures={name: float(value) for name, value in figures.items() if value is not None and value >= 0},
        origin=origin,
    )


def model(given: SharedModel, owner: AccountKey, site: str, origin: Origin) -> Evidence:
    """One public model."""
    frameworks = (framework(variation.framework) for variation in given.instances)
    return Evidence(
        account=owner,
        source_id=str(given.id or given.ref),
        kind="model",
        url=f"{site}/models/{given.ref}",
        title=clean(given.title, TITLE) or given.ref,
        text=clean_lines("\n\n".join(filter(None, (given.subtitle, given.description))), EXCERPT),
        event_at=given.update_time or given.publish_time,
        started_at=given.publish_time,
        level=Level.PRACTICE,
        tags=clean_tags((*frameworks, *(tag.name for tag in given.tags))),
        figures={"votes": float(max(0, given.vote_count)), "variations": float(len(given.instances))},
        origin=origin,
    )


def result(
    competition: Competition, team: Team, teams: int, won: int | None, person: Person, site: str, origin: Origin
) -> Evidence:
    """A person's place in a finished competition; without rank and medal for those who opted out."""
    figures = {"teams": float(teams), "team_size": float(len(team.members))}
    shown = not person.opted_out and bool(team.rank)
    if shown:
        figures |= {"rank": float(team.rank or 0)} | ({"medal": float(won)} if won else {})
    title = clean(competition.title, TITLE) or competition.slug
    return Evidence(
        account=person.key,
        source_id=competition.slug,
        kind="competition",
        url=f"{site}/competitions/{competition.slug}",
        title=title,
        text=_sentence(team, teams, won) if shown else None,
        event_at=team.at or competition.deadline,
        level=Level.RECOGNISED if won and shown else Level.ACTIVITY,
        tags=clean_tags((_PREFIX.sub("", competition.category).lower(), *(tag.name for tag in competition.tags))),
        figures=figures,
        origin=origin,
    )


def without_rank(kept: Evidence, origin: Origin) -> Evidence:
    """A competition result without what its owner no longer shows."""
    figures = {name: value for name, value in kept.figures.items() if name not in ("rank", "medal")}
    return kept.model_copy(update={"figures": figures, "text": None, "level": Level.ACTIVITY, "origin": origin})


def framework(name: str) -> str:
    """A framework as people call it; a name nobody knows stays as it is."""
    name = _PREFIX.sub("", name)
    return FRAMEWORKS.get(name, name)


def _sentence(team: Team, teams: int, won: int | None) -> str:
    medal = f", {MEDALS[won]} medal" if won else ""
    size = "alone" if len(team.members) == 1 else f"in a team of {len(team.members)}"
    return f"Rank {team.rank} of {teams} teams{medal}, {size}."


def _slug(ref: str) -> str:
    return ref.rstrip("/").rsplit("/", 1)[-1]
