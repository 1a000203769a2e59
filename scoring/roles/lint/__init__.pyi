from .finding import Finding, error, placed, warning
from .linting import lint
from .names import Name, names_in, suggestion
from .supply import Funnel, funnel, meets
from .tenure import Releases, impossible_years, read_releases
from .traits import traits_in

__all__ = [
    "Finding",
    "Funnel",
    "Name",
    "Releases",
    "error",
    "funnel",
    "impossible_years",
    "lint",
    "meets",
    "names_in",
    "placed",
    "read_releases",
    "suggestion",
    "traits_in",
    "warning",
]
