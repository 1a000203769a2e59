"""What is kept of a profile is what reading it gives, and a changed one is read again."""

from pathlib import Path

import pytest

from scoring.engine import Scorer
from scoring.roles import find_role, role_file, shipped_roles
from sourcing import checked_roles
from sourcing.checked_roles import checked_role, lanes_of_role, role_of
from sourcing.config import Config
from sourcing.nightly import active_lanes, active_roles, lanes_of
from storage.errors import RoleError
from storage.kept import FOLDER_ENV
from tests.house_of_sourcing import NOW, furnished


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """A new installation, with a cache of its own."""
    monkeypatch.setenv(FOLDER_ENV, str(tmp_path / "cache"))
    return furnished(tmp_path / "house")


def own(config: Config, change: tuple[str, str] = ("", "")) -> Path:
    """The installation's own copy of a shipped profile, changed."""
    text = role_file("mle").read_text("utf-8")
    assert change[0] in text
    file = config.roles_folder / "mle.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text.replace(*change, 1), "utf-8")
    return file


@pytest.mark.parametrize("name", shipped_roles())
def test_made_and_kept_are_what_the_profile_says(config: Config, name: str) -> None:
    role = find_role(name, config.roles_folder)
    for _ in range(2):
        found = checked_role(config, name)
        assert (found.role, found.version) == (role.role, role.version)
        assert list(lanes_of_role(config, name)) == role.lane_list() != []


def test_lanes_of_a_night_come_out_the_same(config: Config) -> None:
    several = config.model_copy(update={"roles": config.roles.model_copy(update={"active": ("mle", "cv")})})
    assert active_lanes(several) == lanes_of(active_roles(several)) != []


def test_a_profile_is_read_once(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    first = checked_role(config, "mle")
    monkeypatch.setattr("scoring.roles.find_role", None)  # whoever asks for it now fails
    assert checked_role(config, "mle") == first


@pytest.mark.parametrize("name", shipped_roles())
def test_the_whole_profile_is_kept_as_it_is_read(config: Config, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    role = find_role(name, config.roles_folder)
    role_of(config, name)
    monkeypatch.setattr("scoring.roles.find_role", None)  # whoever asks for it now fails
    again = role_of(config, name)
    assert again == role
    assert (again.digest, again.lane_list()) == (role.digest, role.lane_list())
    assert Scorer(again, NOW).digest == Scorer(role, NOW).digest


def test_a_profile_that_names_people_is_read_each_time(config: Config, tmp_path: Path) -> None:
    own(config, ("lanes:\n", "lanes:\n  - {source: github, kind: people, targets: [ada-the-engineer]}\n"))
    for _ in range(2):
        assert role_of(config, "mle") == find_role("mle", config.roles_folder)
    kept = [path.read_text("utf-8") for path in (tmp_path / "cache").glob("role-*.json")]
    assert "ada-the-engineer" not in "".join(kept)


def test_no_copy_is_kept_of_people_named_by_hand(config: Config, tmp_path: Path) -> None:
    own(config, ("lanes:\n", "lanes:\n  - {source: github, kind: people, targets: [ada-the-engineer]}\n"))
    for _ in range(2):
        assert lanes_of_role(config, "mle")[0].target == "ada-the-engineer"
        assert active_lanes(config) == lanes_of(active_roles(config))
    kept = [path.read_text("utf-8") for path in (tmp_path / "cache").glob("role-*.json")]
    assert kept != []
    assert "ada-the-engineer" not in "".join(kept)


def test_an_own_profile_and_each_change_of_it_are_read_at_once(config: Config) -> None:
    shipped = checked_role(config, "mle")
    own(config, (f"version: {shipped.version}", "version: 71"))
    assert checked_role(config, "mle").version == 71
    own(config, (f"version: {shipped.version}", "version: 72"))
    assert checked_role(config, "mle").version == 72
    (config.roles_folder / "mle.yaml").unlink()
    assert checked_role(config, "mle") == shipped


def test_a_wrong_profile_is_told_each_time(config: Config) -> None:
    checked_role(config, "mle")
    own(config, ("version:", "versoin:"))
    for _ in range(2):
        with pytest.raises(RoleError, match="version: is missing"):
            checked_role(config, "mle")


def test_a_table_beside_the_profiles_counts(config: Config) -> None:
    own(config)
    checked_role(config, "mle")
    tables = config.roles_folder / "tables"
    tables.mkdir(parents=True)
    (tables / "regions.yaml").write_text("nowhere: 7\n", "utf-8")
    with pytest.raises(RoleError, match=r"regions\.yaml"):
        checked_role(config, "mle")


@pytest.mark.parametrize("name", ["", "..", "../mle", "no-such", "MLE", "mle\n", "a" * 99])
def test_what_is_no_profile_is_refused_and_leaves_no_file(config: Config, name: str, tmp_path: Path) -> None:
    with pytest.raises(RoleError, match="no role"):
        checked_role(config, name)
    assert [path for path in tmp_path.rglob("role-*") if path.is_file()] == []


def test_what_checks_a_profile_counts(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    first = checked_role(config, "mle")
    monkeypatch.setattr("scoring.roles.find_role", lambda name, folder: find_role("cv", folder))
    assert checked_role(config, "mle") == first
    monkeypatch.setattr(checked_roles, "__version__", "another")
    assert checked_role(config, "mle").role == "cv"
