"""The few fields read of the Hub's answers; what is needed is required, the rest is ignored."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, RootModel

from spiders._reading.times import Moment


def _words(value: object) -> object:
    """A string, a list or nothing, as a list of the strings in it."""
    if value is None or isinstance(value, str):
        return (value,) if value else ()
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else value


Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
Count = Annotated[int, Field(ge=0)]
Rows = RootModel[list[dict[str, Any]]]


class Read(BaseModel):
    """Base of answer models: unknown fields ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Card(Read):
    """The head of a README: free YAML, so every field may be anything."""

    license: Words = ()
    language: Words = ()
    base_model: Words = ()
    datasets: Words = ()
    title: str | None = None
    pretty_name: str | None = None
    short_description: str | None = None
    duplicated_from: str | None = None


def _card(value: object) -> object:
    """What can be read of a card; an unfit field of somebody's YAML is no reason to lose the others."""
    if not isinstance(value, Mapping):
        return {}
    fit = {name: one for name, one in value.items() if name in _LISTS or isinstance(one, str)}
    return {name: one for name, one in fit.items() if one is None or isinstance(one, str | list)}


_LISTS = frozenset({"license", "language", "base_model", "datasets"})


class File(Read):
    """One file of a repository."""

    rfilename: str


class Repo(Read):
    """A model, data set or Space, as lists and single answers show it."""

    number: str = Field(alias="_id", min_length=1)
    id: str = Field(min_length=1)  # owner/name; a few old ones have no owner in it
    author: str | None = None
    private: bool = False
    disabled: bool | None = None
    created_at: Moment | None = Field(None, alias="createdAt")
    last_modified: Moment | None = Field(None, alias="lastModified")
    downloads: Count | None = None  # of 30 days
    downloads_all_time: Count | None = Field(None, alias="downloadsAllTime")
    likes: Count | None = None
    pipeline_tag: str | None = None
    library_name: str | None = None
    sdk: str | None = None
    tags: Words = ()
    description: str | None = None
    card: Annotated[Card, BeforeValidator(_card)] = Field(Card(), alias="cardData")
    siblings: tuple[File, ...] | None = None

    @property
    def owner(self) -> str:
        """Login of who it belongs to; "" where the answer does not say."""
        return self.author or (self.id.partition("/")[0] if "/" in self.id else "")

    @property
    def name(self) -> str:
        """Its name without the owner."""
        return self.id.rpartition("/")[2]


class Overview(Read):
    """What the Hub tells of a login; calls differ in whether they say `user` or `name`."""

    number: str | None = Field(None, alias="_id")
    login: str = Field(validation_alias=AliasChoices("user", "name"), min_length=1)
    type: str = ""
    fullname: str | None = None
    details: str | None = None
    interests: str | None = Field(None, alias="ai_ml_interests")
    models: Count | None = Field(None, alias="numModels")
    datasets: Count | None = Field(None, alias="numDatasets")
    spaces: Count | None = Field(None, alias="numSpaces")
    papers: Count | None = Field(None, alias="numPapers")
    followers: Count | None = Field(None, alias="numFollowers")
    created_at: Moment | None = Field(None, alias="createdAt")


class Writer(Read):
    """The account behind an author's name."""

    number: str = Field(alias="_id", min_length=1)
    login: str = Field(validation_alias=AliasChoices("user", "name"), min_length=1)
    type: str = "user"


class Author(Read):
    """One author of a paper; `status` says who tied the account to the name."""

    name: str = ""
    status: str | None = None
    hidden: bool = False
    user: Writer | None = None


class Paper(Read):
    """A paper, by its arXiv number."""

    id: str = Field(min_length=1)
    title: str
    published_at: Moment | None = Field(None, alias="publishedAt")
    summary: str | None = None
    upvotes: Count | None = None
    keywords: Words = Field((), alias="ai_keywords")
    repository: str | None = Field(None, alias="githubRepo")
    project: str | None = Field(None, alias="projectPage")
    authors: tuple[dict[str, Any], ...] = ()
