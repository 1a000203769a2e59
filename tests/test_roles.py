"""Role profiles: the shipped ones, errors that name file, key and way out, and the linter's rules."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from scoring.roles import COMPONENTS, Role, find_role, lint, load_role, shipped_roles
from storage.errors import RoleError

BASE: dict[str, Any] = {
    "role": "test",
    "version": 1,
    "confirmed": True,
    "titles": ["ML engineer"],
    "must_have": [{"name": "python", "any": ["python"], "level": 3}],
}


def _write(folder: Path, content: object, name: str = "test") -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content), "utf-8")
    return path


def _role(**changes: object) -> Role:
    return Role.model_validate({**BASE, **changes})


def _group(name: str, *skills: str, **more: object) -> dict[str, object]:
    return {"name": name, "any": list(skills), **more}


@pytest.mark.parametrize("name", ["mle", "nlp", "cv", "ml-ops", "ds", "aipd"])
def test_shipped_profiles_are_complete(name: str) -> None:
    role = find_role(name)
    assert role.role == name
    assert role.confirmed
    assert abs(sum(role.normal_weights.values()) - 1) < 1e-12
    assert list(role.normal_weights) == [c for c in COMPONENTS if c in role.normal_weights]
    assert {lane.source for lane in role.lane_list()} >= {"github", "hackernews"}
    assert len({lane.id for lane in role.lane_list()}) == len(role.lane_list())
    assert not lint(role, source=shipped_roles()[name].read_text("utf-8"))


def test_lanes_of_the_ml_engineer() -> None:
    lanes = find_role("mle").lane_list()
    ids = {lane.id for lane in lanes}
    assert "github/contributors/pytorch/pytorch" in ids
    assert "github/merged_authors/vllm-project/vllm" in ids
    assert "kaggle/users/tier=GRANDMASTER" in ids
    assert "kaggle/leaderboards/latest:5" in ids
    assert "hackernews/threads/3" in ids
    assert {lane.role for lane in lanes} == {"mle"}


def test_the_own_folder_comes_first(tmp_path: Path) -> None:
    _write(tmp_path, {**BASE, "role": "mle", "version": 9}, "mle")
    assert find_role("mle", tmp_path).version == 9
    assert find_role("nlp", tmp_path).role == "nlp"


def test_unknown_names_list_what_exists(tmp_path: Path) -> None:
    with pytest.raises(RoleError, match=r"no role 'ml-op'.*did you mean ml-ops.*aipd, cv, ds, ml-ops, mle, nlp"):
        find_role("ml-op", tmp_path)


def test_file_and_name_must_agree(tmp_path: Path) -> None:
    _write(tmp_path, BASE, "other")
    with pytest.raises(RoleError, match=r"other\.yaml: role: is 'test'.*make both the same"):
        find_role("other", tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({**BASE, "must_haves": []}, r"must_haves: unknown key, did you mean 'must_have'\?; remove it"),
        ({**BASE, "location": {"city": "Rome"}}, r"location\.city: unknown key"),
        ({k: v for k, v in BASE.items() if k != "titles"}, r"titles: is missing; add it"),
        (
            {**BASE, "must_have": [_group("x", "pytroch")]},
            r"must_have\.0: unknown skill 'pytroch'.*did you mean 'pytorch'",
        ),
        ({**BASE, "nice_to_have": ["docker", "nope-nope"]}, r"nice_to_have\.1: unknown skill 'nope-nope'"),
        ({**BASE, "weights": {"charm": 1}}, r"weights: no component 'charm'; there are must_have"),
        ({**BASE, "weights": {"title": -1}}, r"weights: the weight of 'title' is -1"),
        ({**BASE, "weights": {"title": float("nan")}}, r"weights: the weight of 'title' is nan"),
        ({**BASE, "weights": dict.fromkeys(COMPONENTS, 0)}, r"all weights are 0"),
        (
            {**BASE, "must_have": [{"name": "x", "any": ["sql"], "all": ["sql"]}]},
            r"must_have\.0: .*either `any` or `all`",
        ),
        ({**BASE, "must_have": [_group("x", "sql", level=7)]}, r"must_have\.0\.level: .*given 7"),
        ({**BASE, "location": {"time_zones": ["UTC-3..UTC-8"]}}, r"location\.time_zones: .*runs backwards"),
        ({**BASE, "penalties": {"max_total": 0.5}}, r"penalties\.max_total: .*given 0\.5"),
        ({**BASE, "lanes": [{"source": "github", "kind": "stars", "targets": ["x"]}]}, r"no lane kind 'stars'; it has"),
        ({**BASE, "version": "one"}, r"version: .*given 'one'"),
        ({**BASE, "skills": [{"id": "x", "aliases": ["a ! {b"]}]}, r"skills\.0\.aliases: .*write it as"),
        ("role: [", r"is not readable YAML \(line 1"),
        ("- a\n- b\n", r"holds no keys"),
        ("", r"holds no keys"),
    ],
)
def test_bad_files_say_what_and_where(tmp_path: Path, content: object, message: str) -> None:
    path = _write(tmp_path, content)
    with pytest.raises(RoleError, match=message) as caught:
        load_role(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(RoleError, match=r"none\.yaml: cannot be read"):
        load_role(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"role: \xe9")
    with pytest.raises(RoleError, match="not UTF-8"):
        load_role(tmp_path / "latin.yaml")


def test_words_that_yaml_takes_for_booleans(tmp_path: Path) -> None:
    path = _write(tmp_path, "role: test\nversion: 1\ntitles: [x]\npenalties: {off: [stale]}\nlanguages: [{code: no}]\n")
    role = load_role(path)
    assert role.penalties.off == ("stale",)
    assert role.languages[0].code == "no"


def test_weights_of_what_is_not_asked_are_shared_out() -> None:
    weights = _role().normal_weights
    assert "location" not in weights
    assert "nice_to_have" not in weights
    assert abs(sum(weights.values()) - 1) < 1e-12


def test_digest_moves_with_content_only() -> None:
    assert _role().digest == _role().digest
    assert _role().digest != _role(version=2).digest
    assert _role().digest != _role(skills=[{"id": "cobol", "aliases": ["COBOL"]}]).digest


@pytest.mark.parametrize(
    ("changes", "rule", "severity"),
    [
        ({"must_have": [_group(str(i), "python") for i in range(7)]}, "U1", "warning"),
        ({"must_have": [{"name": "all", "all": [f"s{i}" for i in range(13)], "level": 3}]}, "U1", "warning"),
        (
            {
                "must_have": [
                    _group("a", "opencv", level=3),
                    _group("b", "kubernetes", level=3),
                    _group("c", "causal-inference", level=3),
                ]
            },
            "U2",
            "warning",
        ),
        ({"must_have": [_group("mcp", "mcp", years=5)]}, "U3", "error"),
        ({"must_have": [_group("PhD in statistics", "statistics")]}, "U4", "warning"),
        ({"must_have": [_group("machine learning", "ml")], "skills": [{"id": "ml"}]}, "U5", "warning"),
        ({"titles": ["young ML engineer"]}, "U7", "error"),
        ({"must_have": [_group("native speaker", "python")]}, "U7", "error"),
        ({"location": {"countries": ["DE"]}}, "U7", "warning"),
        ({"weights": {"must_have": 5.0}}, "U8", "warning"),
        ({"weights": {"impact": 0.6}}, "U8", "warning"),
        ({"weights": {"impact": 0, "business": 0}}, "U9", "warning"),
        ({"must_have": [_group("accuracy on a benchmark", "python")]}, "U9", "warning"),
    ],
)
def test_lint_rules(changes: dict[str, object], rule: str, severity: str) -> None:
    assert (rule, severity) in {(finding.id, finding.severity) for finding in lint(_role(**changes), year=2026)}


def test_lint_is_silent_on_a_sober_profile_and_names_lines() -> None:
    assert lint(_role()) == []
    source = yaml.safe_dump({**BASE, "titles": ["young ML engineer"]})
    findings = lint(_role(titles=["young ML engineer"]), source=source)
    assert [finding.line for finding in findings] == [
        1 + next(i for i, line in enumerate(source.splitlines()) if "young" in line)
    ]


def test_five_years_of_an_old_tool_are_fine() -> None:
    assert lint(_role(must_have=[_group("torch", "pytorch", years=5)]), year=2026) == []
