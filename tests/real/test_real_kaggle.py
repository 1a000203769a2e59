"""Kaggle's recorded answers: every call the spider makes, all leaderboard generations, refusals.

Facts about real people are written down as digests: the repository holds nothing of them. The people of
`contract_examples.jsonl` are invented by that folder.
"""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from spiders._kaggle import calls, lanes, leaderboard, people, work
from spiders._kaggle.answers import Dataset, Found, UserDocument
from spiders._polite import gate as _gate
from spiders._reading.clean import each
from storage.records import Account, AccountKey, Kind, Origin
from tests.replay import Replay, crawl, read_exchanges

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "recordings" / "kaggle"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="recorded answers of Kaggle are not beside the project"),
]
NIGHT = datetime(2026, 11, 25, 3, tzinfo=UTC)
SITE = "https://www.kaggle.com"
ORIGIN = Origin(source="kaggle", url=SITE, seen_at=NIGHT, spider="kaggle/1")
TARGET = "ranking=competitions"


def contract(method: str) -> list[dict[str, Any]]:
    return [row for row in read_exchanges(FOLDER / "contract_examples.jsonl") if row["url"].endswith(method)]


def ours(exchange: dict[str, Any], body: Any) -> dict[str, Any]:
    """A recorded answer under the body our call has (page size and order differ)."""
    return exchange | {"request_body": json.dumps(dict(body))}


def test_users_and_notebooks_through_the_engine(tmp_path: Path) -> None:
    first, second, _, refused = contract("ListEntities")
    (kernels,) = contract("ListKernels")
    query = lanes.user_search(TARGET)
    assert query is not None
    kernel_list, dataset_list, model_list = calls.WORK
    replay = Replay(
        [
            ours(refused, calls.paged(query)) | {"headers": {"Retry-After": "0"}},
            ours(first, calls.paged(query)),
            ours(second, calls.paged(query, "tok-2")),
            ours(kernels, calls.paged({"user": "miraexample"})),
            *(ours({**kernels, "url": _url(method), "body": "{}"}, calls.paged({who: "miraexample"}))
              for method, who, _ in (dataset_list, model_list)),
        ]
    )  # fmt: skip
    store, spider = crawl(
        "kaggle",
        replay,
        lanes=[{"source": "kaggle", "kind": "users", "target": TARGET}],
        options={"max_profiles": 1},
        store_url=f"sqlite:///{tmp_path}/night.db",
        clock=NIGHT,
    )
    assert replay.unused == replay.unrecorded == []
    with store:
        found = {account.source_id: account for account in store.accounts(source="kaggle")}
        mira = AccountKey("kaggle", "9000001")
        notebooks = sorted(store.evidence([mira])[mira], key=lambda one: one.source_id)
    bill = spider.ledger.bill(f"kaggle/users/{TARGET}")
    assert (bill.promised, bill.found, bill.refused) == (3, 3, 1)
    assert [(one.handle, one.location, one.company) for one in found.values()] == [
        ("miraexample", "Berlin, Berlin, Germany", "Example GmbH"),
        ("olan-example", "Oslo, Oslo, Norway", None),
        ("nolocexample", None, None),
    ]
    assert found["9000001"].figures["grandmaster_level"] == 2
    assert found["9000002"].figures["notebook_ranking"] == 77
    assert [(one.title, one.figures["votes"], one.tags) for one in notebooks] == [
        ("U-Net baseline", 57, ("python", "gpu", "example-segmentation")),
        ("EDA", 4, ("python", "gpu")),
    ]
    assert kernel_list[0].endswith("ListKernels")


def _url(method: str) -> str:
    return f"https://api.kaggle.com/v1/{method}"


def test_opted_out_person_of_the_contract() -> None:
    row = next(row for row in contract("ListEntities") if "9000004" in (row["request_body"] or ""))
    (document,) = each(UserDocument, Found.model_validate_json(row["body"]).documents, print)
    counted: list[str] = []
    account: Account = people.account(document, SITE, ORIGIN, counted.append)
    assert (account.source_id, account.handle, account.kind) == ("9000004", "optedoutexample", Kind.PERSON)
    assert (dict(account.figures), account.flags) == ({}, ("progression_opt_out",))


def test_bodies_are_those_of_the_contract() -> None:
    contract_of = json.loads((FOLDER / "sdk_contract.json").read_text())
    messages = {name: {field["json"] for field in fields} for name, fields in contract_of["messages"].items()}
    known = {call["rpc"].partition("/v1/")[2]: call["request"] for call in contract_of["calls"]}
    query = lanes.user_search("tier=MASTER;place=Oslo, Oslo, Norway;employer=x;ranking=datasets")
    assert query is not None
    sent: dict[str, list[calls.Body]] = {
        calls.USERS: [calls.paged(query, "t"), calls.users_by_name("x"), calls.users_by_number([1])],
        calls.COMPETITIONS: [calls.competitions("t")],
        calls.COMPETITION: [{"competitionName": "x"}],
        calls.LEADERBOARD: [{"competitionName": "x"}],
    }
    sent |= {method: [calls.paged({who: "x"}, "t")] for method, who, _ in calls.WORK}
    for method, bodies in sent.items():
        for body in bodies:
            assert body.keys() <= messages[known[method]], method
            filters: Any = body.get("filters", {})
            assert filters.keys() <= messages["ListEntitiesFilters"]
            assert filters.get("userFilters", {}).keys() <= messages["ApiSearchUsersFilters"]
    enums = contract_of["enums"]
    assert query["usersOrderBy"] in enums["SearchUsersOrderBy"]
    assert query["filters"]["userFilters"]["tier"] in enums["UserAchievementTier"]
    assert query["filters"]["userFilters"]["requireRankingForType"] in enums["UserAchievementType"]
    assert calls.competitions("")["group"] in enums["CompetitionListTab"]
    assert calls.competitions("")["sortBy"] in enums["CompetitionSortBy"]


def test_every_tier_and_framework_of_the_contract_is_known() -> None:
    enums = json.loads((FOLDER / "sdk_contract.json").read_text())["enums"]
    counted: list[str] = []
    for tier in enums["UserAchievementTier"]:
        given = {"ownerUser": {"id": 1, "userName": "x", "tier": tier}}
        people.account(UserDocument.model_validate(given), SITE, ORIGIN, counted.append)
    assert counted == []
    shown = {work.framework(name) for name in enums["ModelFramework"]}
    assert {"PyTorch", "TensorFlow", "JAX", "ONNX", "scikit-learn", "Keras"} <= shown


@pytest.mark.parametrize("name", ["contract_examples.jsonl", "exchanges.jsonl"])
def test_refusals_are_recognised(name: str) -> None:
    rows = [row for row in read_exchanges(FOLDER / name) if row["status"] == 429]
    assert rows
    for row in rows:
        headers = {key.lower(): value for key, value in row["headers"].items()}
        refused = _gate.refusal(429, headers, row["body"].encode(), wall=0.0)
        assert refused is not None
        assert refused.wait == (30 if "retry-after" in headers else None)


def test_rows_of_the_older_interface_read_as_datasets() -> None:
    """The capture was cut in the middle; its first whole row carries every optional field twice."""
    (row,) = (row for row in read_exchanges(FOLDER / "exchanges.jsonl") if "datasets/list" in row["url"])
    first, _ = json.JSONDecoder().raw_decode(row["body"].lstrip("["))
    given = Dataset.model_validate(first)
    made = work.dataset(given, AccountKey("kaggle", "1"), SITE, ORIGIN)
    assert (made.source_id, dict(made.figures)["downloads"]) == ("9851024", 6)
    assert hashlib.sha256(given.ref.encode()).hexdigest()[:12] == REF
    assert made.event_at == datetime(2026, 3, 27, 15, 16, 5, 700000, tzinfo=UTC)


REF = "be5bb4f02cc0"


@pytest.mark.parametrize(
    ("name", "teams", "benchmarks", "several", "largest", "names", "facts"),
    [
        ("titanic-publicleaderboard-2025-06.csv", 332, 1, 21, 5, 369, "03fc5ad7d8a0"),
        ("titanic-publicleaderboard-2023-04.csv", 200, 0, 0, 0, 0, "15e3a15946af"),
        ("GiveMeSomeCredit_public_leaderboard-2011.csv", 105, 0, 0, 0, 0, "a269ad519441"),
    ],
)
def test_leaderboards_of_all_generations(
    name: str, teams: int, benchmarks: int, several: int, largest: int, names: int, facts: str
) -> None:
    read = leaderboard.read(leaderboard.unpack((FOLDER / "leaderboards" / name).read_bytes()))
    members = {member for team in read for member in team.members}
    assert (len(read), sum(team.rank == 0 for team in read)) == (teams, benchmarks)
    assert sum(len(team.members) > 1 for team in read) == several
    assert (max(len(team.members) for team in read), len(members)) == (largest, names)
    assert all(team.at is not None for team in read)
    said = [(team.rank, team.id, team.name, team.at.isoformat() if team.at else "", team.members) for team in read]
    assert hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()[:12] == facts


def test_member_names_match_handles_without_case() -> None:
    read = leaderboard.read(
        leaderboard.unpack((FOLDER / "leaderboards" / "titanic-publicleaderboard-2025-06.csv").read_bytes())
    )
    document = UserDocument.model_validate({"ownerUser": {"id": 1, "userName": read[1].members[0].upper()}})
    assert people.equal_handle(document, read[1].members[0])
