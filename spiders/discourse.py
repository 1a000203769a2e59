"""People who help others in the forums of machine-learning projects, through the forums' own public JSON.

One source for all forums: what may be asked, kept and refused is one and the same, each forum is a row below, and each
has its own robots.txt, pause, patience and end within the night. Forums beside these are rows in the settings.
"""

from datetime import date

from spiders._card import Card
from spiders._discourse import Discourse, Forum


class Forums(Discourse):
    """Discourse forums: directories, role categories, solved answers, and profiles where robots.txt allows them."""

    name = "discourse"
    site = "https://discuss.pytorch.org"
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
    forums = (
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
