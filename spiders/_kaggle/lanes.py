"""Targets of Kaggle lanes: what a search asks for, which competitions a leaderboard lane means."""

from dataclasses import dataclass
from typing import Any

RANKINGS = {"competitions": "COMPETITIONS", "notebooks": "NOTEBOOKS", "datasets": "DATASETS"}
ORDERS = {"competitions": "COMPETITION", "notebooks": "KERNEL", "datasets": "DATASET"}
_NAMES = {"tier": "tier", "place": "userLocations", "employer": "occupationOrganizationNames"}


def user_search(target: str) -> dict[str, Any] | None:
    """The body of a search "tier=MASTER;place=Berlin, Berlin, Germany;ranking=notebooks"; None: not understood."""
    parts = dict(part.strip().partition("=")[::2] for part in target.split(";") if part.strip())
    ranking = parts.pop("ranking", None)
    if (
        not (parts or ranking)
        or not all(value.strip() for value in parts.values())
        or not parts.keys() <= _NAMES.keys()
        or ranking not in (None, *RANKINGS)
    ):
        return None
    wanted: dict[str, Any] = {
        _NAMES[name]: value.strip().upper() if name == "tier" else [value.strip()] for name, value in parts.items()
    }
    if ranking:
        wanted["requireRankingForType"] = f"USER_ACHIEVEMENT_TYPE_{RANKINGS[ranking]}"
    return {
        "filters": {"privacy": "PUBLIC", "documentTypes": ["USER"], "userFilters": wanted},
        "usersOrderBy": f"SEARCH_USERS_ORDER_BY_{ORDERS[ranking or 'competitions']}_RANKING",
    }


@dataclass(frozen=True, slots=True)
class Boards:
    """Either the latest so many finished competitions, or one by its name."""

    latest: int = 0
    slug: str = ""


def boards(target: str) -> Boards | None:
    """ "latest:5" or a competition's slug; None: not understood."""
    word, colon, number = target.strip().partition(":")
    if colon:
        return Boards(latest=int(number)) if word == "latest" and number.isdecimal() and int(number) else None
    return Boards(slug=word) if word and "/" not in word and " " not in word else None
