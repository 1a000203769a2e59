"""Kaggle's official API: services and methods as the SDK calls them."""

from collections.abc import Callable, Mapping
from typing import Any

from sourcing.demo.cast import TIERS, Person
from sourcing.demo.kagglers import Kagglers, hidden
from sourcing.demo.server.exchange import Answer, Question, say
from sourcing.demo.works import Record
from sourcing.demo.world import World

_PAGE = 20
_RANKINGS = {
    "USER_ACHIEVEMENT_TYPE_COMPETITIONS": "competition",
    "USER_ACHIEVEMENT_TYPE_NOTEBOOKS": "kernel",
    "USER_ACHIEVEMENT_TYPE_DATASETS": "dataset",
}
_ORDERS = {
    "SEARCH_USERS_ORDER_BY_COMPETITION_RANKING": "competition",
    "SEARCH_USERS_ORDER_BY_KERNEL_RANKING": "kernel",
    "SEARCH_USERS_ORDER_BY_DATASET_RANKING": "dataset",
}
_LAST = 10**9


def refused(message: str, status: int, name: str) -> Answer:
    """An error in Google's usual shape."""
    return say({"error": {"code": status, "message": message, "status": name}}, status)


def call(world: World, question: Question) -> Answer:
    """POST /{service}/{method}."""
    method = _METHODS.get((question.path["service"], question.path["method"]))
    if method is None:
        return refused("Method not found.", 404, "NOT_FOUND")
    if not isinstance(question.body, dict):
        return refused("Invalid JSON payload received.", 400, "INVALID_ARGUMENT")
    return method(world.kaggle, question.body)


def _paged(rows: list[Any], asked: Mapping[str, Any], name: str, show: Callable[[Any], Any], most: int = 200) -> Record:
    """One page; defaults are omitted, so an empty result is {}."""
    size = min(int(asked.get("pageSize") or _PAGE), most)
    token = str(asked.get("pageToken") or "")
    start = int(token.removeprefix("tok-")) if token.startswith("tok-") else (int(asked.get("page") or 1) - 1) * size
    body: Record = {name: shown} if (shown := [show(row) for row in rows[start : start + size]]) else {}
    if start + size < len(rows):
        body["nextPageToken"] = f"tok-{start + size}"
    return body


# ---- users ------------------------------------------------------------------------------------------------


def _list_entities(kaggle: Kagglers, asked: Mapping[str, Any]) -> Answer:
    filters = asked.get("filters") or {}
    if "USER" not in (filters.get("documentTypes") or []):
        return say({})
    wanted = [person for person in kaggle.people if _fits(kaggle, person, filters)]
    wanted.sort(key=_order(kaggle, asked.get("usersOrderBy", "")))
    body = _paged(wanted, asked, "documents", kaggle.document, 100)
    return say(body | ({"totalDocuments": len(wanted)} if wanted else {}))


def _fits(kaggle: Kagglers, person: Person, filters: Mapping[str, Any]) -> bool:
    asked = filters.get("userFilters") or {}
    query, tier = (filters.get("query") or "").lower(), _tier(asked.get("tier"))
    return (
        (not query or query in person.kaggle or query in person.name.lower())
        and (tier is None or (person.tier == tier and not hidden(person)))
        and _listed(kaggle, person, asked)
    )


def _listed(kaggle: Kagglers, person: Person, asked: Mapping[str, Any]) -> bool:
    ids, places = asked.get("userIds"), asked.get("userLocations")
    ranking = _RANKINGS.get(asked.get("requireRankingForType") or "")
    return (
        (not ids or kaggle.number(person) in map(int, ids))
        and (not places or kaggle.location(person) in places)
        and (ranking is None or person.index in kaggle.rankings[ranking])
    )


def _tier(name: Any) -> int | None:
    short = str(name or "").removeprefix("USER_ACHIEVEMENT_TIER_")
    if not short:
        return None
    return TIERS.index(short) if short in TIERS else -1


def _order(kaggle: Kagglers, name: str) -> Callable[[Person], Any]:
    kind = _ORDERS.get(name)
    if kind:
        ranks = kaggle.rankings[kind]
        return lambda person: (ranks.get(person.index, _LAST), person.index)
    if name == "SEARCH_USERS_ORDER_BY_DISPLAY_NAME":
        return lambda person: (person.name, person.index)
    if name == "SEARCH_USERS_ORDER_BY_TIER_AND_LEVEL":
        return lambda person: (-person.tier, person.index)
    return lambda person: person.index


# ---- work -------------------------------------------------------------------------------------------------


def _of_owner(
    name: str, owner_key: str, rows: Callable[[Kagglers, Person], list[Record]]
) -> Callable[[Kagglers, Mapping[str, Any]], Answer]:
    def listed(kaggle: Kagglers, asked: Mapping[str, Any]) -> Answer:
        person = kaggle.by_name.get(str(asked.get(owner_key) or ""))
        return say(_paged(rows(kaggle, person) if person else [], asked, name, dict))

    return listed


def _competitions(kaggle: Kagglers, asked: Mapping[str, Any]) -> Answer:
    search = str(asked.get("search") or "").lower()
    category = str(asked.get("category") or "").removeprefix("HOST_SEGMENT_").replace("_", " ").lower()
    rows = [edition for edition in kaggle.editions if search in f"{edition.slug} {edition.contest.title}".lower()]
    if category and category != "unspecified":
        rows = [edition for edition in rows if edition.contest.category.lower() == category]
    return say(_paged(rows, asked, "competitions", kaggle.competition))


def _leaderboard(kaggle: Kagglers, asked: Mapping[str, Any]) -> Answer:
    slug = str(asked.get("competitionName") or "")
    edition = next((edition for edition in kaggle.editions if edition.slug == slug), None)
    if edition is None:
        return refused("Competition not found.", 404, "NOT_FOUND")
    name = f'attachment; filename="{slug}-publicleaderboard.zip"'
    return Answer(kaggle.leaderboard(edition), 200, {"content-disposition": name}, "application/zip")


def _board_page(kaggle: Kagglers, asked: Mapping[str, Any]) -> Answer:
    slug = str(asked.get("competitionName") or "")
    edition = next((edition for edition in kaggle.editions if edition.slug == slug), None)
    return say(_paged(kaggle.submissions(edition), asked, "submissions", dict) if edition else {})


_METHODS: dict[tuple[str, str], Callable[[Kagglers, Mapping[str, Any]], Answer]] = {
    ("search.SearchApiService", "ListEntities"): _list_entities,
    ("kernels.KernelsApiService", "ListKernels"): _of_owner("kernels", "user", Kagglers.kernels),
    ("datasets.DatasetApiService", "ListDatasets"): _of_owner("datasets", "user", Kagglers.datasets),
    ("models.ModelApiService", "ListModels"): _of_owner("models", "owner", Kagglers.models),
    ("competitions.CompetitionApiService", "ListCompetitions"): _competitions,
    ("competitions.CompetitionApiService", "DownloadLeaderboard"): _leaderboard,
    ("competitions.CompetitionApiService", "GetLeaderboard"): _board_page,
}
