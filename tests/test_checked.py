"""What is kept of the sources' cards and settings is what the spiders say."""

import subprocess
import sys
from pathlib import Path

import pytest

from sourcing.config import FILE_NAME, Config, Controller, load
from sourcing.crawl.checked import checked, options_of
from sourcing.installation import create
from spiders._registry import about, names
from spiders._registry import load as load_source
from storage.errors import ConfigError
from storage.kept import FOLDER_ENV


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """A new installation, with a cache of its own."""
    monkeypatch.setenv(FOLDER_ENV, str(tmp_path / "cache"))
    create(tmp_path / "house", Controller(name="Test", contact="a@sourcing.example", purpose="testing"))
    return load(tmp_path / "house")


def changed(config: Config, before: str, after: str) -> Config:
    """The same with a changed settings file."""
    file = config.folder / FILE_NAME
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), "utf-8")
    return load(config.folder)


def test_from_a_copy_and_from_the_spiders_alike(config: Config) -> None:
    made, read = checked(config), checked(config)
    assert list(made) == list(read) == names()
    assert made == read
    for name, one in read.items():
        options = options_of(config, name)
        assert one.card == load_source(name).card
        assert (one.enabled, one.token_env, one.terms_read) == (options.enabled, options.token_env, options.terms_read)
        assert list(one.lanes) == load_source(name).own_lanes(options)


@pytest.mark.parametrize("name", names())
def test_a_source_says_of_itself_what_its_spider_does(name: str) -> None:
    said, spider = about(name), load_source(name)
    assert issubclass(spider, said)
    for what in ("card", "options_model", "name"):
        assert getattr(spider, what) is getattr(said, what)
    for what in ("base", "own_lanes", "expects", "pace", "forecast", "needs"):
        assert getattr(spider, what).__func__ is getattr(said, what).__func__, what


def test_a_name_that_is_no_source_is_refused() -> None:
    for ask in (about, load_source):
        with pytest.raises(ConfigError, match="no source is called 'nobody'; there are: bluesky"):
            ask("nobody")


def test_other_settings_are_checked_anew(config: Config) -> None:
    assert checked(config)["npm"].enabled is None
    assert checked(changed(config, "[sources.npm]", "[sources.npm]\nenabled = false"))["npm"].enabled is False


def test_a_wrong_setting_is_told_each_time(config: Config) -> None:
    checked(config)
    wrong = changed(config, "[sources.github]", '[sources.github]\nmax_requests = "many"')
    for _ in range(2):
        with pytest.raises(ConfigError, match="max_requests"):
            checked(wrong)


def test_a_process_that_starts_quickly_still_ends_well() -> None:
    code = (
        "import atexit, gc\n"
        "from sourcing.process import OBJECTS_PER_LOOK, start_quickly\n"
        "start_quickly(); start_quickly()\n"
        "assert gc.isenabled() and gc.get_threshold()[0] == OBJECTS_PER_LOOK\n"
        "atexit.register(print, 'ended')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "ended\n"
