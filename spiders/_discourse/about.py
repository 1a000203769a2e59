"""What the forums say of themselves: which there are, card, and what their night takes."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import ClassVar
from urllib.parse import urlsplit

from spiders._about import Follows
from spiders._card import Card, Options
from spiders._course.past import LATENCY, Past, Work
from spiders._discourse.forums import SOURCE, DiscourseOptions, Forum, places, target
from storage.records import Lane

PROFILES = f"{SOURCE}/people/profiles"
NEW_IN_DIRECTORY = 0.1  # of those read at first, when a directory is read again; until a night has shown it


class AboutDiscourse(Follows):
    """Forums run with Discourse, each a row here."""

    name = "discourse"
    options_model: ClassVar[type[Options]] = DiscourseOptions
    card = Card(
        title="Discourse forums",
        method="public JSON of listed forums (directory, topics, profiles); robots.txt of each forum read every night",
        terms="https://discuss.pytorch.org/tos",
        terms_read=date(2026, 11, 22),
        fields=(
            *("handle", "name", "headline", "bio", "location", "company", "links", "created_at", "trust level"),
            *("answers: topic, likes, accepted", "activity in some months: posts, likes, solutions"),
        ),
        limits="one connection and one request in two seconds per forum; Crawl-delay and Retry-After obeyed",
        yields="up to 500 active members per forum, and those thanked for answers in the role's categories",
        expected_accounts=20,
        fresh_days=7,
        exposes=(
            "website: GitHub, Hugging Face, personal sites (claimed)",
            "profile fields of the forum: GitHub, Twitter, LinkedIn handles (claimed)",
            "addresses in the profile text (claimed where they stand alone, else mentioned)",
        ),
    )
    forums: ClassVar[tuple[Forum, ...]] = (
        Forum(
            host="discuss.pytorch.org",
            title="PyTorch Forums",
            tags=("pytorch",),
            categories={
                "vision": ("computer-vision",),
                "nlp": ("nlp",),
                "distributed": ("distributed-training",),
                "deployment": ("model-serving",),
                "mobile": ("edge-computing",),
                "quantization": ("quantization",),
                "audio": ("speech-recognition",),
                "reinforcement-learning": ("reinforcement-learning",),
            },
        ),
        Forum(
            host="discuss.huggingface.co",
            title="Hugging Face Forums",
            tags=("huggingface",),
            categories={
                "transformers": ("transformers", "nlp"),
                "datasets": ("datasets",),
                "diffusers": ("diffusion-models",),
                "spaces": ("gradio",),
                "tokenizers": ("tokenizer", "nlp"),
                "accelerate": ("distributed-training",),
            },
        ),
        Forum(
            host="forums.fast.ai",
            title="fast.ai Forums",
            tags=("fastai", "deep-learning"),
            categories={"deep-learning": (), "natural-language-processing": ("nlp",)},
        ),
        Forum(
            host="discuss.ray.io",
            title="Ray Discuss",
            tags=("ray", "distributed-training"),
            categories={"ray-serve": ("model-serving",), "ray-clusters": ("kubernetes",)},
        ),
        Forum(
            host="discourse.pymc.io",
            title="PyMC Discourse",
            tags=("pymc", "bayesian-inference"),
            categories={"questions": ()},
        ),
        Forum(
            host="discourse.mc-stan.org",
            title="The Stan Forums",
            tags=("stan", "bayesian-inference"),
            categories={"modeling": ("statistics",)},
        ),
        Forum(
            host="forum.opencv.org",
            title="OpenCV Forum",
            tags=("opencv", "computer-vision"),
            categories={"python": ("python",)},
        ),
        Forum(
            host="support.prodi.gy",
            title="Prodigy Support",
            tags=("spacy", "nlp"),
        ),
        Forum(
            host="discuss.kubernetes.io",
            title="Kubernetes Discussions",
            tags=("kubernetes",),
        ),
        Forum(
            host="forum.posit.co",
            title="Posit Community",
            tags=("r",),
            categories={"tidyverse": ("ggplot2", "dplyr"), "machine-learning": ("machine-learning",)},
        ),
        Forum(
            host="discuss.ai.google.dev",
            title="Google AI Developers Forum",
            tags=("llm",),
            categories={"gemini-api": ()},
        ),
        Forum(
            host="discuss.dvc.org",
            title="DVC Forum",
            tags=("dvc", "data-versioning"),
            categories={"questions": ()},
        ),
        Forum(
            host="discuss.streamlit.io",
            title="Streamlit Forum",
            tags=("streamlit",),
            categories={"using-streamlit": (), "llms-and-ai": ("llm",)},
        ),
        Forum(
            host="forum.langchain.com",
            title="LangChain Forum",
            tags=("langchain", "llm"),
            categories={"oss-product-help": ("agents",)},
        ),
    )

    @classmethod
    def base(cls, options: Options) -> str:
        """The address of the first forum; there is no token to belong to it."""
        found = places(cls.forums, options) if isinstance(options, DiscourseOptions) else {}
        return next((place.address for place in found.values()), "")

    @classmethod
    def expects(cls, lanes: Sequence[Lane], options: Options, past: Past) -> Iterable[Work]:
        """Pages of a directory, topics of a category, and some profiles per forum."""
        if not isinstance(options, DiscourseOptions):
            raise TypeError("the forecast of forums needs their options")
        forums = {found[0] for lane in lanes if (found := target(lane.target)) and lane.kind != "linked"}
        due = past.due(options.refresh_days, "read", unmarked=False)
        most, every = options.profiles_per_forum * len(forums), options.directory_every_days
        people = Work(PROFILES, first=most, renewed=NEW_IN_DIRECTORY, every=every, due=due)
        return [*(_work(lane, options) for lane in lanes), people]

    @classmethod
    def pace(cls, options: Options, lanes: Sequence[Lane]) -> float:
        """Forums are asked side by side, those that share a host one after the other."""
        if not isinstance(options, DiscourseOptions):
            raise TypeError("the pace of forums needs their options")
        there = places(cls.forums, options)
        forums = {found[0] for lane in lanes if (found := target(lane.target))}
        hosts = {urlsplit(there[one].address).netloc for one in forums if one in there}
        return max(options.delay, LATENCY) / max(1, len(hosts))


def _work(lane: Lane, options: DiscourseOptions) -> Work:
    if lane.kind == "directory":
        return Work(lane.id, first=options.directory_pages + 2, full=3, every=options.directory_every_days)
    if lane.kind == "category":
        return Work(lane.id, first=options.category_pages + min(options.topics_per_night, 60), light=3)
    return Work(lane.id)
