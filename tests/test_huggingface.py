"""Answers of the Hub to records: people, works, papers, targets of lanes."""

from datetime import UTC, datetime
from typing import Any

import pytest

from spiders._huggingface import lanes, people, work
from spiders._huggingface.about import HuggingFaceOptions
from spiders._huggingface.answers import Overview, Paper, Repo
from spiders._reading.clean import each
from storage.errors import Unreadable
from storage.records import Claim, Kind, Level, Origin

NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)
SITE = "https://huggingface.co"
ORIGIN = Origin(source="huggingface", url=SITE, seen_at=NOW, spider="huggingface/1")
OWNER = people.key("6" * 24)


def repo(**facts: Any) -> Repo:
    (read,) = each(Repo, [{"_id": "7" * 24, "id": "ada/ranker"} | facts], lambda _: None)
    return read


def made(listed: str = "models", **facts: Any) -> Any:
    return work.evidence(repo(**facts), listed, OWNER, SITE, ORIGIN)


# ---- works ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "level"),
    [
        ({}, Level.PRACTICE),
        ({"likes": 24}, Level.PRACTICE),
        ({"likes": 25}, Level.RECOGNISED),
        ({"downloads": 9_000_000}, Level.PRACTICE),  # machines download
        ({"likes": 900, "tags": ["base_model:quantized:other/base"]}, Level.ACTIVITY),
        ({"likes": 900, "tags": ["gguf"]}, Level.ACTIVITY),
        ({"likes": 900, "tags": ["gguf"], "pipeline_tag": "text-generation"}, Level.RECOGNISED),
        ({"likes": 900, "cardData": {"duplicated_from": "other/space"}}, Level.ACTIVITY),
        ({"likes": 900, "cardData": {"base_model": "o/m"}, "siblings": [{"rfilename": "README.md"}]}, Level.ACTIVITY),
        (
            {"likes": 900, "cardData": {"base_model": "o/m"}, "siblings": [{"rfilename": "model.safetensors"}]},
            Level.RECOGNISED,
        ),
        ({"likes": 900, "cardData": {"base_model": "o/m"}}, Level.RECOGNISED),  # its files are not known
    ],
)
def test_levels(facts: dict[str, Any], level: Level) -> None:
    assert made(**facts).level is level


@pytest.mark.parametrize(
    ("created", "changed", "began", "at"),
    [
        ("2024-05-02T10:00:00.000Z", "2026-01-01T00:00:00.000Z", 2024, 2026),
        ("2022-03-02T23:29:04.000Z", "2021-06-14T07:51:12.000Z", None, 2021),
        ("2022-03-02T23:29:05.000Z", None, None, None),
        ("2022-03-02T23:29:06.000Z", None, 2022, 2022),
        (None, None, None, None),
        ("soon", "2026-01-01T00:00:00.000Z", None, 2026),
        ("2024-05-02T10:00:00", "2026-01-01T00:00:00.000Z", 2024, 2026),  # without a zone it is taken for UTC
    ],
)
def test_the_floor_of_march_2022_is_no_date(
    created: str | None, changed: str | None, began: int | None, at: int | None
) -> None:
    one = made(createdAt=created, lastModified=changed)
    assert (one.started_at and one.started_at.year) == began
    assert (one.event_at and one.event_at.year) == at


def test_tags_are_what_people_chose() -> None:
    tags = [
        *("transformers", "onnx", "ml", "cv", "en", "swa", "region:us", "license:mit", "arxiv:2601.1", "dataset:x/y"),
        *("base_model:finetune:x/y", "task_categories:text-ranking", "modality:image", "library:pandas", "rl", "ocr"),
        *("endpoints_compatible", "autotrain_compatible", "size_categories:1K<n<10K", "deploy:azure"),
    ]
    one = made(tags=tags, pipeline_tag="text-ranking", library_name="timm", cardData={"language": ["swa", "en"]})
    assert one.tags == ("text-ranking", "timm", "transformers", "onnx", "image", "rl", "ocr")


@pytest.mark.parametrize(
    ("tags", "kept"),
    [
        (["pytorch", "tf", "jax", "rust", "onnx"], ("pytorch", "onnx")),
        (["tf", "keras"], ("tf", "keras")),
        (["jax", "safetensors"], ("jax", "safetensors")),
        (["rust"], ()),
    ],
)
def test_converted_weights_show_no_framework(tags: list[str], kept: tuple[str, ...]) -> None:
    assert made(tags=tags).tags == kept


def test_file_names_that_show_how_it_was_built() -> None:
    names = ["model-00001-of-00002.safetensors", "onnx/model.onnx", "train.py", "a.PNG", ".gitattributes", "Dockerfile"]
    one = made(siblings=[{"rfilename": name} for name in names])
    assert one.files == ("Dockerfile", "train.py", "onnx/model.onnx")
    assert len(made(siblings=[{"rfilename": f"{n}.py"} for n in range(500)]).files) == work.FILES


@pytest.mark.parametrize(
    ("card", "text"),
    [
        (None, None),
        ("not a card", None),
        ({"language": "en"}, "Languages: en."),
        ({"base_model": ["a/b", 7, None]}, "Made from: a/b."),
        ({"base_model": {"odd": 1}, "datasets": "a/c"}, "Trained on: a/c."),
        ({"short_description": "Ask your papers.", "title": 7}, "Ask your papers."),
    ],
)
def test_cards_hold_anything(card: object, text: str | None) -> None:
    one = made(cardData=card)
    assert (one.text, one.title) == (text, "ranker")


@pytest.mark.parametrize(
    ("listed", "url"),
    [
        ("models", f"{SITE}/ada/ranker"),
        ("datasets", f"{SITE}/datasets/ada/ranker"),
        ("spaces", f"{SITE}/spaces/ada/ranker"),
    ],
)
def test_addresses_of_works(listed: str, url: str) -> None:
    assert made(listed).url == url
    assert made(listed).kind == work.KINDS[listed]


def test_unfit_numbers_become_unknown() -> None:
    counted: list[str] = []
    rows: list[dict[str, Any]] = [
        {"_id": "7", "id": "ada/x", "likes": -1, "downloads": "many", "tags": 5},
        {"id": "ada/no-number"},
    ]
    (read,) = each(Repo, rows, counted.append)
    assert (read.likes, read.downloads, read.tags) == (None, None, ())
    assert sorted(counted) == ["unfit_field:downloads", "unfit_field:likes", "unfit_field:tags", "unreadable_row:Repo"]


@pytest.mark.parametrize(
    ("facts", "owner", "name"),
    [
        ({"id": "ada/x", "author": "ada"}, "ada", "x"),
        ({"id": "ada/x"}, "ada", "x"),
        ({"id": "gpt2", "author": "openai-community"}, "openai-community", "gpt2"),
        ({"id": "gpt2"}, "", "gpt2"),
    ],
)
def test_owners(facts: dict[str, Any], owner: str, name: str) -> None:
    assert (repo(**facts).owner, repo(**facts).name) == (owner, name)


# ---- people -----------------------------------------------------------------------------------------------


def overview(**facts: Any) -> Overview:
    return Overview.model_validate({"_id": "64d718a167c967b015d865a2", "user": "ada", "type": "user"} | facts)


def test_an_account() -> None:
    read = overview(
        fullname="Ada\tExample",
        details="Engineer. github.com/ada\nada@mail.example",
        ai_ml_interests="ranking",
        numModels=3,
        numFollowers=9,
        isPro=True,
        avatarUrl="/a.svg",
        orgs=[{"name": "lab"}],
    )
    one = people.account(read, SITE, ORIGIN, print)
    assert (one.name, one.headline, one.bio) == (
        "Ada Example",
        "ranking",
        "Engineer. github.com/ada\n[contact: see post]",
    )
    assert [(link.url, link.claim) for link in one.links] == [("https://github.com/ada", Claim.CLAIMED)]
    assert one.figures == {"models": 3.0, "followers": 9.0}
    assert one.created_at == datetime(2023, 8, 12, 5, 29, 5, tzinfo=UTC)  # the time in its number
    assert one.kind is Kind.PERSON


@pytest.mark.parametrize(
    ("kind", "expected"), [("user", Kind.PERSON), ("org", Kind.ORGANISATION), ("", Kind.ORGANISATION)]
)
def test_only_users_are_people(kind: str, expected: Kind) -> None:
    assert people.account(overview(type=kind), SITE, ORIGIN, print).kind is expected


def test_without_its_number_nobody_is_kept() -> None:
    with pytest.raises(Unreadable, match="no_durable_id"):
        people.account(Overview.model_validate({"name": "ada", "type": "user"}), SITE, ORIGIN, print)


@pytest.mark.parametrize("number", ["", "zz", "64d718a1", "not-a-number-at-all-here"])
def test_numbers_without_a_time(number: str) -> None:
    assert people.born(number) is None


# ---- papers -----------------------------------------------------------------------------------------------


def author(number: str = "1" * 24, status: str | None = "claimed_verified", **facts: Any) -> dict[str, Any]:
    user = {"_id": number, "user": f"u{number[0]}", "type": facts.pop("type", "user")}
    return {"name": "Ada", "status": status, "hidden": False, "user": user} | facts


@pytest.mark.parametrize(
    ("authors", "found", "counted"),
    [
        ([author()], [1], []),
        ([author("2" * 24, status="admin_assigned"), author()], [2], ["author_not_confirmed"]),
        ([author(status="extracted_pending")], [], ["author_not_confirmed"]),
        ([author(status=None)], [], ["author_not_confirmed"]),
        ([author(hidden=True)], [], ["author_hidden"]),
        ([author(type="org")], [], ["author_not_confirmed"]),
        ([author(), author(name="Somebody Else")], [], ["author_of_two_names"] * 2),
        ([{"name": "No Account"}, author()], [2], []),
        ([], [], []),
    ],
)
def test_only_confirmed_authors_count(authors: list[dict[str, Any]], found: list[int], counted: list[str]) -> None:
    paper = Paper.model_validate({"id": "2611.1", "title": "T", "authors": authors})
    seen: list[str] = []
    assert [position for position, _ in people.confirmed(paper, seen.append)] == found
    assert seen == counted


@pytest.mark.parametrize("row", [{"paper": {"id": "1", "title": "T"}, "title": "T"}, {"id": "1", "title": "T"}])
def test_papers_come_wrapped_or_bare(row: dict[str, object]) -> None:
    (paper,) = people.papers([row, {"paper": None}], print)
    assert paper.id == "1"


# ---- lanes ------------------------------------------------------------------------------------------------

FORMS = HuggingFaceOptions().queries


@pytest.mark.parametrize(
    ("kind", "target", "query"),
    [
        ("models", "text-ranking", [("pipeline_tag", "text-ranking")]),
        ("datasets", "text-ranking", [("filter", "task_categories:text-ranking")]),
        ("spaces", "docker", [("filter", "docker")]),
        ("models", "library=timm", [("filter", "timm")]),
        ("spaces", " search=retrieval agents ", [("search", "retrieval agents")]),
        ("models", "author=somebody", None),
        ("models", "search=", None),
        ("models", "two words", None),
        ("models", "", None),
    ],
)
def test_targets(kind: str, target: str, query: list[tuple[str, str]] | None) -> None:
    assert lanes.wanted(kind, target, FORMS) == query
