"""Role profiles: the shipped ones, errors that name file, key and way out, and the linter's rules."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scoring.roles import COMPONENTS, Finding, Role, find_role, lint, load_role, read_tables, shipped_roles
from scoring.roles.lint import funnel, meets
from sourcing.show.funnel import bar
from sourcing.show.funnel import funnel as show_funnel
from storage.errors import RoleError
from storage.records import Level

BASE: dict[str, Any] = {
    "role": "test",
    "version": 1,
    "confirmed": True,
    "titles": ["ML engineer"],
    "must_have": [{"name": "python", "any": ["python"], "level": 3}],
}


# Nine names, each of nine of the one before: a file of 300 bytes, a billion values.
_LEVELS = (f"b{n}: &a{n + 1} [" + ", ".join([f"*a{n}"] * 9) + "]\n" for n in range(9))
BOMB = "a: &a0 [x]\n" + "".join(_LEVELS)
NOW = datetime(2026, 11, 26, tzinfo=UTC)


def _lint(role: Role, source: str = "") -> list[Finding]:
    return lint(role, now=NOW, source=source)


def _write(folder: Path, content: object, name: str = "test") -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content), "utf-8")
    return path


def _role(**changes: object) -> Role:
    return Role.model_validate({**BASE, **changes})


def _group(name: str, *skills: str, **more: object) -> dict[str, object]:
    return {"name": name, "any": list(skills), **more}


def _lane(source: str, kind: str, *targets: str) -> dict[str, object]:
    return {"source": source, "kind": kind, "targets": list(targets)}


@pytest.mark.parametrize("name", ["mle", "nlp", "cv", "ml-ops", "ds", "aipd"])
def test_shipped_profiles_are_complete(name: str) -> None:
    role = find_role(name)
    assert role.role == name
    assert role.confirmed
    assert abs(sum(role.normal_weights.values()) - 1) < 1e-12
    assert list(role.normal_weights) == [c for c in COMPONENTS if c in role.normal_weights]
    assert {lane.source for lane in role.lane_list()} >= {"github", "hackernews"}
    assert len({lane.id for lane in role.lane_list()}) == len(role.lane_list())
    assert not _lint(role, source=shipped_roles()[name].read_text("utf-8"))


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
        ({**BASE, "weights": {"title": float("nan")}}, r"weights\.title: \.nan is not a finite number"),
        ({**BASE, "weights": dict.fromkeys(COMPONENTS, 0)}, r"all weights are 0"),
        (
            {**BASE, "must_have": [{"name": "x", "any": ["sql"], "all": ["sql"]}]},
            r"must_have\.0: .*either `any` or `all`",
        ),
        ({**BASE, "must_have": [_group("x", "sql", level=7)]}, r"must_have\.0\.level: .*given 7"),
        ({**BASE, "location": {"time_zones": ["UTC-3..UTC-8"]}}, r"location\.time_zones: .*runs backwards"),
        ({**BASE, "penalties": {"max_total": 0.5}}, r"penalties\.max_total: .*given 0\.5"),
        ({**BASE, "lanes": [_lane("github", "stars", "x")]}, r"no lane kind 'stars'; it has"),
        ({**BASE, "version": "one"}, r"version: .*given 'one'"),
        ({**BASE, "skills": [{"id": "x", "aliases": ["a ! {b"]}]}, r"skills\.0\.aliases: .*write it as"),
        ("role: [", r"test\.yaml:1: is not readable YAML"),
        ("role: test\nversion: 1\nrole: other\n", r"test\.yaml:3: role: stands twice, first on line 1; keep one"),
        ("role: test\nweights: {title: 1, title: 2}\n", r"test\.yaml:2: title: stands twice"),
        ("role: test\nweights:\n  title: .inf\n", r"test\.yaml:3: weights\.title: \.inf is not a finite number"),
        ("role: test\nweights: {title: -.inf}\n", r"weights\.title: -\.inf is not a finite number"),
        ({**BASE, "weights": {"title": "1e999"}}, r"weights\.title: .*finite"),
        ({**BASE, "weights": {"title": 10**400}}, r"weights"),
        ({**BASE, "must_have": [_group("x", "sql", weight=-1)]}, r"test\.yaml:\d+: must_have\.0\.weight: .*given -1"),
        ("a: &a [*a]\n", r"test\.yaml:1: an alias stands inside what it names"),
        (
            BOMB,
            r"more than 20000 values",
        ),
        ("a: " + "[" * 30 + "]" * 30, r"test\.yaml:1: nested more than 20 deep"),
        ("a: " + "[" * 5000, r"is not readable YAML"),
        ("? [a, b]\n: c\n", r"test\.yaml:1: a key must be a single word"),
        (
            "role: !!python/object/apply:os.system ['true']\n",
            r"is not readable YAML: could not determine",
        ),
        ("role: test\n---\nrole: test\n", r"is not readable YAML: but found another document"),
        ("role: 2026-13-45\n", r"is not readable YAML: month must be in 1\.\.12"),
        (
            {**BASE, "location": {"region": "latam-nearshore"}},
            r"no region 'latam-nearshore': did you mean .*or write time_zones",
        ),
        (
            {**BASE, "location": {"region": "india", "time_zones": ["UTC+1"]}},
            r"region 'india' and time_zones contradict each other: keep one",
        ),
        (
            {**BASE, "location": {"countries": ["JP"], "time_zones": ["UTC-8..UTC-6"]}},
            r"time_zones UTC-8\.\.UTC-6 and countries JP contradict each other",
        ),
        ({**BASE, "location": {"countries": ["UK"]}}, r"location\.countries: no country 'UK': did you mean 'GB'\?"),
        ({**BASE, "location": {"countries": ["Germany"]}}, r"no country 'Germany': write its two ISO letters"),
        ({**BASE, "location": {"team_hours": "late"}}, r"team hours 'late': write them as 10:00-18:00"),
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
    assert (rule, severity) in {(finding.id, finding.severity) for finding in _lint(_role(**changes))}


def test_lint_is_silent_on_a_sober_profile_and_names_lines() -> None:
    assert _lint(_role()) == []
    source = yaml.safe_dump({**BASE, "titles": ["young ML engineer"]})
    findings = _lint(_role(titles=["young ML engineer"]), source=source)
    assert [finding.line for finding in findings] == [
        1 + next(i for i, line in enumerate(source.splitlines()) if "young" in line)
    ]


def test_five_years_of_an_old_tool_are_fine() -> None:
    assert _lint(_role(must_have=[_group("torch", "pytorch", years=5)])) == []


def test_errors_name_the_line(tmp_path: Path) -> None:
    groups = "must_have:\n  - name: a\n    any: [python]\n  - name: b\n    any: [pyhton]\n"
    text = f"role: test\nversion: 1\ntitles: [x]\n{groups}"
    with pytest.raises(RoleError, match=r"test\.yaml:7: must_have\.1: unknown skill 'pyhton'"):
        load_role(_write(tmp_path, text))
    text = "role: test\nversion: 1\ntitles: [x]\nweights:\n  title: 1\n  charm: 2\n"
    with pytest.raises(RoleError, match=r"test\.yaml:4: weights: no component 'charm'"):
        load_role(_write(tmp_path, text))
    text = f"role: test\nversion: 1\ntitles: [x]\nweights: {{{', '.join(f'{c}: 0' for c in COMPONENTS)}}}\n"
    with pytest.raises(RoleError, match=r"test\.yaml:4: weights: all weights are 0"):
        load_role(_write(tmp_path, text))


def test_aliases_as_the_shipped_profiles_use_them_are_fine(tmp_path: Path) -> None:
    first = "{source: github, kind: contributors, targets: &r [a/b]}"
    second = "{source: github, kind: merged_authors, targets: *r}"
    lanes = f"lanes:\n  - {first}\n  - {second}\n"
    role = load_role(_write(tmp_path, f"role: test\nversion: 1\ntitles: [x]\n{lanes}"))
    assert [lane.id for lane in role.lane_list()] == ["github/contributors/a/b", "github/merged_authors/a/b"]


@pytest.mark.parametrize(
    ("changes", "line", "word"),
    [
        ({"titles": ["young ML engineer"]}, "titles.0", "young"),
        ({"must_have": [_group("Native-speaker of German", "python")]}, "must_have.0.name", "native speaker"),
        ({"not_titles": ["female"]}, "not_titles.0", "female"),
        ({"name": "ML engineer, EU citizens only"}, "name", "citizens"),
        ({"skills": [{"id": "x", "aliases": ["Ivy League"]}]}, "skills.0.aliases.0", "ivy league"),
        (
            {"lanes": [_lane("reddit", "communities", "women in ml")]},
            "lanes.0.targets.0",
            "women",
        ),
        ({"age": 30}, "age", "age"),
        ({"location": {"nationality": "DE"}}, "location.nationality", "nationality"),
        ({"must_have": [_group("under 35 years", "python")]}, "must_have.0.name", "under 35 years"),
    ],
)
def test_protected_traits_and_plain_proxies_refuse_the_file(
    tmp_path: Path, changes: dict[str, object], line: str, word: str
) -> None:
    with pytest.raises(RoleError) as caught:
        load_role(_write(tmp_path, {**BASE, **changes}))
    assert caught.value.exit_code == 2
    assert f"{line}: '{word}' stands for" in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path / "test.yaml:"))


@pytest.mark.parametrize(
    "changes",
    [
        {"titles": ["citizen data scientist"]},
        {"must_have": [_group("no race conditions", "python")]},
        {"skills": [{"id": "react-native", "aliases": ["React Native"]}]},
        {"lanes": [_lane("github", "contributors", "christian/young-women")]},
    ],
)
def test_what_only_looks_like_a_trait_is_fine(tmp_path: Path, changes: dict[str, object]) -> None:
    assert load_role(_write(tmp_path, {**BASE, **changes})).role == "test"


@pytest.mark.parametrize("word", ["rockstar", "ninja", "university", "Stanford", "culture fit", "aggressive"])
def test_softer_words_are_warnings(tmp_path: Path, word: str) -> None:
    role = load_role(_write(tmp_path, {**BASE, "titles": [f"{word} engineer"]}))
    assert [(f.id, f.severity) for f in _lint(role)] == [("U7", "warning")]


def test_regions_stand_for_their_hours(tmp_path: Path) -> None:
    role = _role(location={"region": "latam-near-shore"})
    assert role.location.time_zones == ("UTC-6..UTC-3",)
    assert role.location.min_overlap_hours == 7
    assert _role(location={"region": "india", "min_overlap_hours": 3}).location.min_overlap_hours == 3
    assert Role.model_validate(role.model_dump()) == role
    tables = tmp_path / "tables"
    tables.mkdir()
    (tables / "regions.yaml").write_text("our-hours: {time_zones: [UTC+2], min_overlap_hours: 5}\n", "utf-8")
    own = load_role(_write(tmp_path, {**BASE, "location": {"region": "our-hours"}}))
    assert (own.location.time_zones, own.location.min_overlap_hours) == (("UTC+2",), 5)
    assert Role.model_validate(own.model_dump()) == own
    assert load_role(_write(tmp_path, {**BASE, "location": {"region": "india"}})).location.min_overlap_hours == 7


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("regions.yaml", "a: {time_zones: [UTC+99]}\n", r"regions\.yaml:1: .*write UTC\+1"),
        ("regions.yaml", "a: {zones: [UTC]}\n", r"regions\.yaml"),
        ("regions.yaml", "- a\n", r"regions\.yaml: table: .*dictionary"),
        ("releases.yaml", "pytorch: soon\n", r"releases\.yaml: pytorch: 'soon' is no month; write it as 2017-01"),
        ("releases.yaml", "a: 2017-01\na: 2018-01\n", r"releases\.yaml:2: a: stands twice"),
    ],
)
def test_wrong_tables_name_file_and_way_out(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / name).write_text(text, "utf-8")
    with pytest.raises(RoleError, match=message):
        read_tables(tmp_path)


@pytest.mark.parametrize(
    ("group", "severity"),
    [
        (_group("langchain", "rag", years=4), None),
        (_group("five years of LangChain", "rag", years=5), "error"),
        (_group("mcp", "mcp", years=2), None),
        (_group("mcp", "mcp", years=3), "error"),
        (_group("agents or mcp", "agents", "mcp", years=3), "warning"),
        ({"name": "both", "all": ["agents", "mcp"], "years": 3}, "error"),
        (_group("python", "python", years=30), None),
    ],
)
def test_years_against_first_releases(group: dict[str, object], severity: str | None) -> None:
    assert [f.severity for f in _lint(_role(must_have=[group])) if f.id == "U3"] == ([severity] if severity else [])


def test_releases_can_be_corrected() -> None:
    role = _role(must_have=[_group("mcp", "mcp", years=3)])
    assert not lint(role, now=NOW, releases={"mcp": "2020-01"})
    own = _role(must_have=[_group("x", "x", years=3)], skills=[{"id": "x", "released": "2025-01"}])
    assert [f.id for f in _lint(own)] == ["U3"]


def test_zones_far_apart_are_a_slip() -> None:
    found = _lint(_role(location={"time_zones": ["UTC-8", "UTC+3"]}))
    assert [(f.id, f.severity) for f in found] == [("U8", "warning")]
    assert "never share a working hour" in found[0].message


_THREE = [_group("a", "python"), _group("b", "sql"), {"name": "c", "all": ["docker", "kubernetes"], "level": 3}]
_MET = [(True, True, True)] * 3 + [(True, True, False)] * 10 + [(True, False, True)] * 4 + [(False, False, False)] * 3


def test_the_funnel_counts_every_combination_and_the_dearest() -> None:
    found = funnel(_role(must_have=_THREE), _MET, unread=2)
    assert (found.people, found.everything, found.unread) == (20, 3, 2)
    assert [(s.group, s.alone, s.so_far, s.costs) for s in found.steps] == [
        ("a", 17, 17, 0),
        ("b", 13, 13, 4),
        ("c", 7, 3, 10),
    ]
    assert {met.groups: met.people for met in found.combinations} == {
        ("a", "b", "c"): 3,
        ("a", "b"): 13,
        ("a", "c"): 7,
        ("b", "c"): 3,
    }
    assert found.dearest is not None
    assert found.dearest.group == "c"
    assert found.steps[2].asks == "docker and kubernetes, level 3"


def test_scarce_supply_is_a_finding_and_enough_is_not() -> None:
    role = _role(must_have=_THREE)
    few = lint(role, now=NOW, supply=funnel(role, _MET))
    assert [(f.id, f.severity) for f in few] == [("U6", "warning")]
    assert few[0].message == "3 of 20 known people meet all 3 must-haves; without 'c' 13"
    assert not lint(role, now=NOW, supply=funnel(role, [(True, True, True)] * 20))
    nobody = lint(role, now=NOW, supply=funnel(role, [(False, False, False)] * 5))
    assert "dropping any one changes nothing" in nobody[0].message


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), max_size=40))
def test_a_funnel_only_narrows(met: list[tuple[bool, bool, bool]]) -> None:
    found = funnel(_role(must_have=_THREE), met)
    sizes = [found.people, *(step.so_far for step in found.steps)]
    assert sizes == sorted(sizes, reverse=True)
    assert all(step.alone >= step.so_far and step.costs >= 0 for step in found.steps)
    whole = next(m.people for m in found.combinations if len(m.groups) == 3)
    assert whole == found.everything == sum(map(all, met))


class _Shown:
    def __init__(self, level: Level) -> None:
        self.level = level


def test_a_must_have_is_met_at_its_level() -> None:
    role = _role(must_have=_THREE)
    shown = {"python": _Shown(Level.RECOGNISED), "sql": _Shown(Level.CLAIM), "docker": _Shown(Level.PRACTICE)}
    assert meets(role, shown) == (True, False, False)
    assert meets(role, {**shown, "kubernetes": _Shown(Level.PRACTICE)}) == (True, False, True)


def test_a_bar_is_as_long_as_its_share() -> None:
    assert bar(0) == ""
    assert bar(1, 10) == "█" * 10
    assert bar(0.5, 10) == "█" * 5
    assert bar(0.0001, 10) == "▏"
    assert [len(bar(share / 20, 20)) for share in range(21)] == list(range(21))
    page = show_funnel(funnel(_role(must_have=_THREE), _MET, unread=2))
    assert "3 leads of 20 meet all 3 must-haves; 'c' costs most: without it 13" in page
    assert "2 leads not counted" in page


@pytest.mark.parametrize(
    ("lane", "message"),
    [
        (_lane("github", "contributors", "pytorch"), "write it as owner/name"),
        (_lane("github", "contributors", "pytroch/pytorch"), "did you mean pytorch/pytorch"),
        (_lane("github", "contributors", "somebody/else"), None),
        (
            _lane("stackexchange", "answerers", "stackoverflow/pytorh"),
            "did you mean stackoverflow/pytorch",
        ),
        (
            _lane("stackexchange", "answerers", "stackoverflw/pytorch"),
            "did you mean stackoverflow/pytorch",
        ),
        (_lane("stackexchange", "answerers", "pytorch"), "names no site"),
        (
            _lane("huggingface", "models", "text-clasification"),
            "did you mean text-classification",
        ),
        (_lane("huggingface", "models", "library=timm"), None),
    ],
)
def test_names_of_lanes_offline(lane: dict[str, object], message: str | None) -> None:
    found = [finding.message for finding in _lint(_role(lanes=[lane])) if finding.id == "N1"]
    assert bool(found) == bool(message)
    assert message is None or message in found[0]


_PIECES = st.sampled_from(
    [
        *("role: a", "version: 1", "titles: [x]", "weights: {title: .nan}", "- a", "&a ", "*a", "<<: *a", "? x", ": y"),
        *("!!float x", "!!binary x", "1:60", "0o9", "2026-13-45", "{", "}", "[", "]", "'", '"', "\n", "\n  ", "#"),
        *(
            "---",
            "...",
            "\t",
            "%YAML 9",
            "\x00",
            "=",
            "!!set {a}",
            "1e400",
            "\ufeff",
            "é",
            "null: 1",
            "? |\n age\n x\n",
        ),
        *("? |\n age\n x\n", "must_have: [{name: a, any: [python]}]", "location: {region: india}", '"a\\nb": 1'),
    ]
)
_TEXTS = st.lists(_PIECES | st.text(max_size=12), max_size=14).map("\n".join)


def _said(path: Path) -> str:
    """What is wrong with the file, "" if nothing is."""
    try:
        role = load_role(path)
    except RoleError as error:
        return str(error)
    return "" if abs(sum(role.normal_weights.values()) - 1) < 1e-9 else "weights"


@given(_TEXTS | st.lists(_PIECES, max_size=9).map("".join))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_a_role_or_one_line_that_says_why_not(tmp_path: Path, text: str) -> None:
    path = tmp_path / "any.yaml"
    path.write_text(text, "utf-8", newline="")
    said = _said(path)
    assert said == "" or said.startswith(str(path))
    assert "\n" not in said
