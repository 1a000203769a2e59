"""The wheel: what is in it, and that its import names belong to nobody else."""

import subprocess
import sys
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
NAMES = {"cli", "sourcing", "spiders", "scoring", "storage"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def test_the_import_names_belong_to_this_distribution_alone(wheel: zipfile.ZipFile) -> None:
    """By the wheel's own record, and by what every other installed distribution says it brings."""
    tops = {name.split("/")[0].removesuffix(".py") for name in wheel.namelist() if ".dist-info/" not in name}
    assert tops == NAMES
    claimed = packages_distributions()
    assert {name: set(claimed.get(name, ())) - {"sourcing-crawler"} for name in NAMES} == {
        name: set() for name in NAMES
    }


def test_the_wheel_carries_its_data_and_types(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    assert {f"{name}/py.typed" for name in NAMES - {"cli"}} <= names
    for needed in ("scoring/roles/mle.yaml", "scoring/skills/skills.yaml", "sourcing/demo/data/names.toml"):
        assert needed in names
    assert any(name.startswith("storage/migrations/versions/") for name in names)
    assert not [name for name in names if name.startswith(("tests/", "bench/"))]
