"""The calls of the official API the spider makes, and the bodies they take."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from spiders._kaggle import work
from spiders._kaggle.about import PAGE
from spiders._kaggle.answers import Dataset, Datasets, Kernel, Kernels, Models, SharedModel, UserDocument
from spiders._reading.clean import Count, each
from storage.records import Evidence

USERS = "search.SearchApiService/ListEntities"
COMPETITION = "competitions.CompetitionApiService/GetCompetition"
COMPETITIONS = "competitions.CompetitionApiService/ListCompetitions"
LEADERBOARD = "competitions.CompetitionApiService/DownloadLeaderboard"
Body = Mapping[str, object]
Work = Kernels | Datasets | Models
WORK: tuple[tuple[str, str, type[Kernels] | type[Datasets] | type[Models]], ...] = (
    ("kernels.KernelsApiService/ListKernels", "user", Kernels),
    ("datasets.DatasetApiService/ListDatasets", "user", Datasets),
    ("models.ModelApiService/ListModels", "owner", Models),
)


def paged(body: Body, token: str = "") -> Body:
    """A body with page size and, after the first page, the token of the last answer."""
    return {**body, **({"pageToken": token} if token else {}), "pageSize": PAGE}


def users_by_number(ids: Sequence[int]) -> Body:
    """People by their number, at most a page of them."""
    return paged({"filters": {"privacy": "PUBLIC", "documentTypes": ["USER"], "userFilters": {"userIds": list(ids)}}})


def users_by_name(name: str) -> Body:
    """Free-text search for a user name; there is no call for a profile by name."""
    return paged({"filters": {"query": name, "privacy": "PUBLIC", "documentTypes": ["USER"]}})


def competitions(token: str) -> Body:
    """Competitions, those with the latest deadline first."""
    body = {"group": "COMPETITION_LIST_TAB_GENERAL", "sortBy": "COMPETITION_SORT_BY_LATEST_DEADLINE"}
    return paged(body, token)


@dataclass(slots=True)
class Reading:
    """How far the reading of one person's published work has come."""

    document: UserDocument
    lane: str
    step: int = 0
    page: int = 1
    token: str = ""
    complete: bool = True

    @property
    def method(self) -> str:
        """The call to make next."""
        return WORK[self.step][0]

    @property
    def body(self) -> Body:
        """What it takes."""
        return paged({WORK[self.step][1]: self.document.owner_user.user_name}, self.token)

    @property
    def answer(self) -> type[Kernels] | type[Datasets] | type[Models]:
        """What it answers."""
        return WORK[self.step][2]

    def advance(self, token: str, pages: int) -> bool:
        """Go to the next page, else to the next list; False after the last."""
        if token and self.page < pages:
            self.page, self.token = self.page + 1, token
            return True
        self.step, self.page, self.token = self.step + 1, 1, ""
        return self.step < len(WORK)


def made(answer: Work, count: Count) -> Iterator[tuple[Kernel | Dataset | SharedModel, Callable[..., Evidence]]]:
    """Each work of an answer with what makes evidence of it."""
    if isinstance(answer, Kernels):
        yield from ((one, work.notebook) for one in each(Kernel, answer.kernels, count))
    elif isinstance(answer, Datasets):
        yield from ((one, work.dataset) for one in each(Dataset, answer.datasets, count))
    else:
        yield from ((one, work.model) for one in each(SharedModel, answer.models, count))
