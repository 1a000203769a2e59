"""sourcing.toml: what is read, and what is said when it is wrong."""

from pathlib import Path

import pytest

from sourcing.config import Controller, load
from sourcing.installation import TEMPLATE, create, text
from storage.errors import ConfigError
from storage.store import Store

CONTROLLER = Controller(name="Ada Example", contact="ada@example.org", purpose="hiring engineers")


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SOURCING_CONFIG", "SOURCING_DATABASE_URL", "SOURCING_KEY"):
        monkeypatch.delenv(name, raising=False)


def written(folder: Path, content: str) -> Path:
    path = folder / "sourcing.toml"
    path.write_text(content, "utf-8")
    return path


def test_an_empty_file_gives_the_defaults(tmp_path: Path) -> None:
    config = load(written(tmp_path, ""))
    assert config.crawl.max_profiles == 2000
    assert config.roles.active == ("mle",)
    assert config.database_url == f"sqlite:///{tmp_path.resolve()}/sourcing.db"
    assert config.exports_folder == tmp_path.resolve() / "exports"
    assert config.controller.missing == ["name", "contact", "purpose"]
    assert config.source("github").enabled is None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[crawl\n", ["not readable as TOML", "line 1"]),
        ("[crawl]\nmax_profiles = 'many'", ["[crawl] max_profiles = 'many'", "integer"]),
        ("[crawl]\nmax_profiles = 0", ["[crawl] max_profiles = 0", "greater than or equal to 1"]),
        ("[crawl]\nmax_profile = 5", ["[crawl] max_profile", "unknown", "docs/configuration.md"]),
        ("[crwal]\nx = 1", ["[crwal]", "unknown"]),
        ("[database]\nurl = ''", ["[database] url", "at least 1 character"]),
        ("[roles]\nactive = 'mle'", ["[roles] active = 'mle'", "tuple"]),
        ("[sources.githup]\nenabled = true", ["[sources.githup]", "no such source", "github"]),
        ("[sources.github]\nenabled = 'perhaps'", ["[sources.github] enabled = 'perhaps'"]),
        ("[sources.github]\ntoken = 'abc'", ["[sources.github] token", "secrets do not belong", "token_env"]),
        ("sources = 5", ["[sources] = 5"]),
    ],
)
def test_a_wrong_file_is_named_with_key_value_and_way_out(tmp_path: Path, content: str, words: list[str]) -> None:
    path = written(tmp_path, content)
    with pytest.raises(ConfigError) as caught:
        load(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert "\n" not in message
    assert all(word in message for word in words), message


def test_a_secret_in_the_file_is_not_repeated_in_the_message(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, "[sources.github]\ntoken = 'sesame-1234'"))
    assert "sesame" not in str(caught.value)


def test_a_file_that_is_not_there_names_init(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match="sourcing init"):
        load(None)


def test_the_environment_names_the_file_and_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, "")
    monkeypatch.setenv("SOURCING_CONFIG", str(tmp_path))
    monkeypatch.setenv("SOURCING_DATABASE_URL", "postgresql+psycopg://team:open-sesame@db.example/sourcing")
    config = load(None)
    assert config.path == path
    assert config.database_shown == "postgresql+psycopg://team:***@db.example/sourcing"


def test_controller_lines_are_asked_for_by_name(tmp_path: Path) -> None:
    config = load(written(tmp_path, "[controller]\nname = 'Ada'\npurpose = ' '"))
    with pytest.raises(ConfigError, match="lacks contact, purpose"):
        config.require_controller()


@pytest.mark.parametrize("name", ["Ada", 'Ada "the" Example', "Åda\\Éxample\nGmbH", "李 明", "'''", ""])
def test_init_writes_what_was_answered(tmp_path: Path, name: str) -> None:
    controller = Controller(name=name, contact="a@example.org", purpose="p")
    config = load(written(tmp_path, text(controller, "https://example.org/?a=b")))
    assert config.controller == controller
    assert config.crawl.contact_url == "https://example.org/?a=b"


def test_init_makes_settings_folders_and_database(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "house"
    made = create(folder, CONTROLLER)
    assert [path.name for path in made] == ["sourcing.toml", "roles", "exports", "logs", "sourcing.key", "sourcing.db"]
    config = load(folder)
    config.require_controller()
    with Store.open(config.database_url) as store:
        assert store.check() == []


def test_init_never_overwrites_unless_forced(tmp_path: Path) -> None:
    path = written(tmp_path, "# mine\n")
    with pytest.raises(ConfigError, match="--force"):
        create(tmp_path, CONTROLLER)
    assert path.read_text() == "# mine\n"
    create(tmp_path, CONTROLLER, force=True)
    assert load(path).controller == CONTROLLER


def test_init_without_answers_names_the_options(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"--contact, --purpose"):
        create(tmp_path, Controller(name="Ada"))
    assert list(tmp_path.iterdir()) == []


def test_every_line_of_the_template_that_sets_something_is_explained() -> None:
    documented = (Path(__file__).parent.parent / "docs" / "configuration.md").read_text("utf-8")
    keys = {line.split("=")[0].strip("# ") for line in TEMPLATE.splitlines() if " = " in line and "export" not in line}
    assert {key for key in keys if f"`{key}`" not in documented} == set()
