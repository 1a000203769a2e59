"""What is given for deployment is valid: units, manifests, and only commands and exit codes that exist."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from storage import errors

FOLDER = Path(__file__).parent.parent / "docs" / "deploy"


def manifests() -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((FOLDER / "cronjob.yaml").read_text("utf-8")))


@pytest.mark.parametrize("manifest", manifests(), ids=lambda one: str(one["kind"]))
def test_manifests_follow_the_published_schema(manifest: dict[str, Any]) -> None:
    kubernetes_validate.validate(manifest, "1.32", strict=True)


def test_no_two_nights_at_once_and_no_root() -> None:
    job = next(one for one in manifests() if one["kind"] == "CronJob")["spec"]
    pod = job["jobTemplate"]["spec"]["template"]["spec"]
    assert job["concurrencyPolicy"] == "Forbid"
    assert pod["securityContext"]["runAsNonRoot"]
    assert all(one["securityContext"]["readOnlyRootFilesystem"] for one in pod["containers"])
    user = re.search(r"(?m)^USER (\d+)$", (FOLDER / "Containerfile").read_text("utf-8"))
    assert user is not None
    assert int(user[1]) == pod["securityContext"]["runAsUser"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not on this machine")
def test_units_are_valid() -> None:
    units = [str(FOLDER / f"sourcing-nightly.{kind}") for kind in ("service", "timer")]
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_exit_codes_named_are_those_that_exist() -> None:
    named = {int(code) for code in re.findall(r"(?m)^\| (\d+) \|", (FOLDER / "README.md").read_text("utf-8"))}
    raised = {
        found.exit_code for found in vars(errors).values() if isinstance(found, type) and hasattr(found, "exit_code")
    }
    assert named >= raised | {0, 130}
