"""The components of a score. Each is one function; its docstring is the sentence the user reads."""

from collections.abc import Mapping

from scoring.features.activity import activity
from scoring.features.base import Component, Seen
from scoring.features.growth import collaboration, curiosity, seniority
from scoring.features.impact import impact
from scoring.features.language import language
from scoring.features.place import location
from scoring.features.practice import business, explainability, operations
from scoring.features.skills import must_have, nice_to_have
from scoring.features.title import title

FEATURES: Mapping[str, Component] = {
    component.__name__: component
    for component in (
        must_have,
        nice_to_have,
        title,
        impact,
        activity,
        seniority,
        operations,
        explainability,
        business,
        curiosity,
        collaboration,
        location,
        language,
    )
}


def sentence(component: str) -> str:
    """What a component says of a lead, in one sentence; KeyError for a name that is none."""
    return (FEATURES[component].__doc__ or "").strip()


__all__ = ["FEATURES", "Component", "Seen", "sentence"]
