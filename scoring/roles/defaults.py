"""What a profile takes for granted: components in their order, weights, strengths, kinds of lanes."""

from collections.abc import Mapping

from storage.records import Level

COMPONENTS = (
    "must_have",
    "nice_to_have",
    "title",
    "impact",
    "activity",
    "seniority",
    "operations",
    "explainability",
    "business",
    "curiosity",
    "collaboration",
    "location",
    "language",
)

PENALTIES = ("buzzwords", "accuracy_only", "stale")

LANE_KINDS: Mapping[str, tuple[str, ...]] = {
    "github": ("contributors", "merged_authors", "search", "people"),
    "kaggle": ("users", "leaderboards"),
    "hackernews": ("threads",),
    "huggingface": ("models", "spaces", "datasets", "papers"),
    "stackexchange": ("answerers",),
    "discourse": ("directory", "category"),
    "events": ("pretalx", "sessionize", "git"),
    "research": ("topics", "venues", "arxiv"),
    "packages": ("owners",),
    "npm": ("owners",),
    "gitlab": ("contributors",),
    "forgejo": ("contributors",),
    "reddit": ("communities",),
}

DEFAULT_WEIGHTS: Mapping[str, float] = {
    "must_have": 0.30,
    "nice_to_have": 0.10,
    "title": 0.05,
    "impact": 0.12,
    "activity": 0.06,
    "seniority": 0.08,
    "operations": 0.09,
    "explainability": 0.04,
    "business": 0.05,
    "curiosity": 0.04,
    "collaboration": 0.03,
    "location": 0.03,
    "language": 0.01,
}

DEFAULT_LEVELS: Mapping[Level, float] = {
    Level.CLAIM: 0.15,
    Level.ACTIVITY: 0.35,
    Level.PRACTICE: 0.65,
    Level.RECOGNISED: 0.85,
    Level.MAINTAINED: 0.95,
}
