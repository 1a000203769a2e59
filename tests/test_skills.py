"""The vocabulary and its matcher: a table of texts, packages, files, tags, and what always holds."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.plain_yaml import plain_yaml
from scoring.skills import Alias, How, Matcher, Skill, Vocabulary, shipped_vocabulary
from storage.records import AccountKey, Evidence, Level, Origin

NOW = datetime(2026, 11, 25, tzinfo=UTC)
MATCHER = Matcher(shipped_vocabulary())


def _texts() -> list[tuple[str, list[str]]]:
    rows = plain_yaml((Path(__file__).parent / "cases" / "skills.yaml").read_text("utf-8"))
    assert isinstance(rows, list)
    return [(row[0], row[1]) for row in rows]


def _work(
    *,
    kind: str = "repository",
    url: str = "https://github.com/ada/thing",
    title: str = "thing",
    packages: tuple[str, ...] = (),
    files: tuple[str, ...] = (),
    tags: tuple[str, ...] = (),
    text: str | None = None,
) -> Evidence:
    return Evidence(
        account=AccountKey("github", "1"),
        source_id="1",
        kind=kind,
        url=url,
        title=title,
        text=text,
        level=Level.PRACTICE,
        tags=tags,
        packages=packages,
        files=files,
        origin=Origin(source="github", url="https://api.example.org/x", seen_at=NOW, spider="test/1"),
    )


@pytest.mark.parametrize(("text", "expected"), _texts(), ids=repr)
def test_words(text: str, expected: list[str]) -> None:
    found = MATCHER.words(text)
    assert sorted(match.skill for match in found) == sorted(expected)
    assert all(match.strength == 0.5 for match in found)


def test_context_is_near() -> None:
    near = f"torch {'word ' * 28}cuda"
    far = f"torch {'word ' * 31}cuda"
    assert "pytorch" in {match.skill for match in MATCHER.words(near)}
    assert "pytorch" not in {match.skill for match in MATCHER.words(far)}


@pytest.mark.parametrize(
    ("package", "skills"),
    [
        ("torch", {"pytorch"}),
        ("Torch==2.9.0", {"pytorch"}),
        ("scikit_learn", {"scikit-learn"}),
        ("ray[serve]>=2", {"gpu-scheduling", "model-serving"}),
        ("ray", {"gpu-scheduling"}),
        ("pyannote.audio", {"speech"}),
        ("torchlight", set()),
        ("boto3", set()),
        ("", set()),
    ],
)
def test_packages(package: str, skills: set[str]) -> None:
    found = MATCHER.match(_work(packages=(package,)))
    assert set(found) == skills
    assert all(match.how is How.PACKAGE and match.strength == 1 for match in found.values())


@pytest.mark.parametrize(
    ("file", "skill"),
    [
        ("Dockerfile", "docker"),
        ("deploy/Dockerfile", "docker"),
        (".github/workflows/ci.yml", "ci-cd"),
        ("infra/main.tf", "iac"),
        ("k8s/deployment.yaml", "kubernetes"),
        ("deploy/k8s/app.yaml", "kubernetes"),
        ("tests/test_x.py", "testing-quality"),
        ("next.config.mjs", "frontend"),
        ("src/kernel.cu", "gpu-kernels"),
        ("dvc.yaml", "data-versioning"),
    ],
)
def test_files(file: str, skill: str) -> None:
    assert MATCHER.match(_work(files=(file,)))[skill].how is How.FILE


@pytest.mark.parametrize("file", ["Dockerfile.md", "mytests/x.txt", "main.tfx", "latest"])
def test_files_that_only_look_alike(file: str) -> None:
    assert not MATCHER.match(_work(files=(file,)))


def test_tags_and_languages() -> None:
    found = MATCHER.match(_work(tags=("machine-translation", "Computer Vision", "OpenCV", "C++", "python")))
    assert found["machine-translation"].strength == 0.7
    assert found["opencv"].strength == 0.7
    assert found["cpp"] == ("cpp", 1.0, How.LANGUAGE, "C++")
    assert found["python"].strength == 0.7  # a topic, written in lower case


def test_a_language_of_somebody_elses_repository_is_a_tag() -> None:
    url = "https://github.com/pytorch/pytorch/pull/1"
    found = MATCHER.match(_work(kind="merged_change", url=url, title="Fix typo", tags=("C++",)))
    assert found["cpp"].strength == 0.7
    assert found["pytorch"] == ("pytorch", 1.0, How.NAME, "pytorch")


def test_own_repository_named_like_a_tool_is_no_proof() -> None:
    found = MATCHER.match(_work(url="https://github.com/ada/xgboost", title="xgboost"))
    assert found["gbdt"].strength == 0.5


def test_the_strongest_sign_wins() -> None:
    found = MATCHER.match(_work(title="PyTorch things", tags=("pytorch",), packages=("torch",)))
    assert found["pytorch"].how is How.PACKAGE


def test_the_vocabulary_is_whole() -> None:
    vocabulary = shipped_vocabulary()
    assert len(vocabulary.skills) == len(vocabulary.ids) == 88
    assert all(skill.aliases for skill in vocabulary.skills)
    assert all(skill.roles for skill in vocabulary.skills)


def test_notation() -> None:
    assert Alias.parse("JAX ^ ! {flax, XLA}") == Alias(text="JAX", exact=True, context=("flax", "xla"))
    assert Alias.parse("C++") == Alias(text="C++")
    with pytest.raises(ValueError, match="write it as"):
        Alias.parse("JAX ! {flax")


def test_a_profile_may_add_skills() -> None:
    vocabulary = shipped_vocabulary().extended((Skill(id="cobol", aliases=("COBOL",)), Skill(id="rust")))
    assert {match.skill for match in Matcher(vocabulary).words("COBOL and Rust")} == {"cobol"}
    assert vocabulary.digest != shipped_vocabulary().digest


def test_an_empty_vocabulary_is_refused() -> None:
    with pytest.raises(ValueError, match="skills"):
        Vocabulary(version=1, skills=())


@given(st.text(max_size=200))
def test_any_text_can_be_read_and_says_what_it_saw(text: str) -> None:
    for match in MATCHER.words(text):
        assert match.seen in text
        assert match.skill in shipped_vocabulary().ids


@given(st.lists(st.sampled_from(["PyTorch", "Docker", "Kubernetes", "SQL", "MLflow"]), min_size=1, max_size=5))
def test_order_and_repetition_change_nothing(words: list[str]) -> None:
    forwards = {match.skill for match in MATCHER.words(", ".join(words))}
    backwards = {match.skill for match in MATCHER.words(" / ".join(reversed(words + words)))}
    assert forwards == backwards
