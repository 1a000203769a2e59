"""What Hugging Face says of itself: card, settings, and what its night takes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import ClassVar

from pydantic import Field

from spiders._about import LINKED, Follows
from spiders._card import Card, Options
from spiders._course.past import Past, Work
from storage.records import Lane

REFRESH = "huggingface/refresh/known"
OVERVIEW_AND_LISTS = 3  # requests per person: few own models, data sets and Spaces alike
NEW_OWNERS = 25  # people a lane shows whom no other does, about


class HuggingFaceOptions(Options):
    """Settings of the Hugging Face source."""

    token_env: str = Field("HF_TOKEN", description="environment variable that may hold a fine-grained read token")
    api: str = Field("https://huggingface.co/api", description="base address of the Hub's interface")
    site: str = Field("https://huggingface.co", description="where people read the profiles")
    delay: float = Field(0.5, ge=0, description="seconds between two requests; quotas of the Hub are kept besides")
    reserve: int = Field(20, ge=0, description="requests of a five-minute quota that are left to others")
    linked: bool = Field(True, description="look up people whom accounts of other sources name")
    page: int = Field(100, ge=1, le=1000, description="models, data sets or Spaces per page")
    fresh_pages: int = Field(10, ge=1, description="pages of recently changed work read per lane and night")
    best_pages: int = Field(2, ge=0, description="pages of the best liked work read per lane every `best_days`")
    best_days: int = Field(7, ge=1, description="days until the best liked work is listed again")
    paper_days: int = Field(3, ge=1, description="days of daily papers read on the first night")
    work_pages: int = Field(2, ge=1, description="pages of models, data sets or Spaces read per person")
    refresh_days: int = Field(30, ge=1, description="days until somebody known is read again")
    model_query: str = Field("pipeline_tag={}", description="how models of a task are asked for")
    space_query: str = Field("filter={}", description="how Spaces of a task are asked for (not verified)")
    dataset_query: str = Field(
        "filter=task_categories:{}", description="how data sets of a task are asked for (not verified)"
    )
    descending: str = Field("direction=-1", description="how descending order is asked for (not verified)")
    fields_of_models: tuple[str, ...] = Field(
        (
            *("author", "cardData", "createdAt", "disabled", "downloads", "downloadsAllTime", "lastModified"),
            *("library_name", "likes", "pipeline_tag", "private", "siblings", "tags"),
        ),
        description="fields of models asked for (`expand`)",
    )
    fields_of_spaces: tuple[str, ...] = Field(
        ("author", "cardData", "createdAt", "disabled", "lastModified", "likes", "private", "sdk", "siblings", "tags"),
        description="fields of Spaces asked for (`expand`)",
    )
    fields_of_datasets: tuple[str, ...] = Field(
        (
            *("author", "cardData", "createdAt", "description", "disabled", "downloads", "downloadsAllTime"),
            *("lastModified", "likes", "private", "tags"),
        ),
        description="fields of data sets asked for (`expand`)",
    )

    def fields_of(self, kind: str) -> tuple[str, ...]:
        """Fields asked for of models, spaces or datasets."""
        return {"models": self.fields_of_models, "spaces": self.fields_of_spaces}.get(kind, self.fields_of_datasets)

    @property
    def queries(self) -> Mapping[str, str]:
        """How a task is asked for, per kind of list."""
        return {"models": self.model_query, "spaces": self.space_query, "datasets": self.dataset_query}


class AboutHuggingFace(Follows):
    """Hugging Face: owners of models, Spaces and data sets, and authors of papers."""

    name = "huggingface"
    options_model: ClassVar[type[Options]] = HuggingFaceOptions
    card = Card(
        title="Hugging Face",
        method="documented interface of the Hub, with the operator's own read token where there is one",
        terms="https://huggingface.co/terms-of-service",
        terms_read=date(2026, 11, 22),
        fields=(
            *("handle", "name", "headline", "bio", "links", "created_at", "followers"),
            *(
                "models, data sets, Spaces: task, library, tags, likes, downloads, telling file names",
                "confirmed papers",
            ),
        ),
        limits="500 requests in five minutes without a token, 1,000 with a free one; two a second at most",
        yields="20 to 200 new owners per task and night, a dozen confirmed authors a day",
        expected_accounts=50,
        fresh_days=2,
        exposes=("any address in the biography (claimed where it stands alone, else mentioned)",),
        # The interface is documented for programs; robots.txt speaks of the web pages, which are never asked.
        robots=False,
    )

    @classmethod
    def expects(cls, lanes: Sequence[Lane], options: Options, past: Past) -> Iterable[Work]:
        """Pages of lists, a few requests per owner nobody else showed, and people known who are due."""
        if not isinstance(options, HuggingFaceOptions):
            raise TypeError("the forecast of Hugging Face needs its options")
        due = past.due(options.refresh_days, "read")
        return [*(_work(one, options) for one in lanes), Work(REFRESH, first=0, due=due, each=OVERVIEW_AND_LISTS)]


def _work(lane: Lane, options: HuggingFaceOptions) -> Work:
    if lane.kind == LINKED:
        return Work(lane.id, first=10)
    # A page of a hundred has some 25 people among its owners whom no other lane has shown.
    people = OVERVIEW_AND_LISTS * min(NEW_OWNERS, options.max_profiles)
    if lane.kind == "papers":
        return Work(lane.id, first=options.paper_days + people, light=1)
    first = options.fresh_pages + options.best_pages + people
    # The best liked work brings somebody new now and then.
    return Work(lane.id, first=first, full=1 + options.best_pages + 1, light=1, every=options.best_days)
