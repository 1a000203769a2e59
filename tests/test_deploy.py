"""What is given for deployment is valid: units, manifests, image, alerts, and only commands and codes that exist."""

import configparser
import json
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from sourcing import metrics
from storage import errors

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "deploy"
AUDIT = ROOT / ".ci" / "audit"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def manifests() -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((FOLDER / "cronjob.yaml").read_text("utf-8")))


def jobs() -> list[dict[str, Any]]:
    return [one for one in manifests() if one["kind"] == "CronJob"]


def table() -> dict[int, str]:
    """Exit code → what the table of the page says of beginning again."""
    rows = re.findall(r"(?m)^\| (\d+) \|.*\| ([^|]+) \|$", (FOLDER / "README.md").read_text("utf-8"))
    return {int(code): again for code, again in rows}


@pytest.mark.parametrize("manifest", manifests(), ids=lambda one: f"{one['kind']}-{one['metadata']['name']}")
def test_manifests_follow_the_published_schema(manifest: dict[str, Any]) -> None:
    kubernetes_validate.validate(manifest, "1.32", strict=True)


@pytest.mark.parametrize("job", jobs(), ids=lambda one: str(one["metadata"]["name"]))
def test_no_two_jobs_at_once_and_no_root(job: dict[str, Any]) -> None:
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    assert job["spec"]["concurrencyPolicy"] == "Forbid"
    assert pod["securityContext"]["runAsNonRoot"]
    assert all(one["securityContext"]["readOnlyRootFilesystem"] for one in pod["containers"])
    user = re.search(r"(?m)^USER (\d+)$", (FOLDER / "Containerfile").read_text("utf-8"))
    assert user is not None
    assert int(user[1]) == pod["securityContext"]["runAsUser"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not on this machine")
@pytest.mark.parametrize("name", ["nightly", "backup"])
def test_units_are_valid(name: str) -> None:
    units = [str(FOLDER / f"sourcing-{name}.{kind}") for kind in ("service", "timer")]
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


# ---- exit codes -----------------------------------------------------------------------------------------------


def test_exit_codes_named_are_those_that_exist() -> None:
    raised = {
        found.exit_code for found in vars(errors).values() if isinstance(found, type) and hasattr(found, "exit_code")
    }
    assert table().keys() >= raised | {0, 130}


def unit(name: str) -> configparser.SectionProxy:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]  # names with capitals
    parser.read(FOLDER / name, "utf-8")
    return parser["Service"]


def test_unit_cronjob_and_table_agree_on_what_is_begun_again() -> None:
    again = {code for code, words in table().items() if words.startswith("yes")}
    assert again == {3}
    service = unit("sourcing-nightly.service")
    fine = {int(code) for code in service["SuccessExitStatus"].split()} | {0}
    never = {int(code) for code in service["RestartPreventExitStatus"].split()}
    assert service["Restart"] == "on-failure"
    assert table().keys() - fine - never == again
    (night,) = [one for one in jobs() if one["metadata"]["name"] == "sourcing-nightly"]
    spec = night["spec"]["jobTemplate"]["spec"]
    (rule,) = [one["onExitCodes"] for one in spec["podFailurePolicy"]["rules"] if "onExitCodes" in one]
    assert table().keys() - set(rule["values"]) - {0} == again
    assert rule["containerName"] in [one["name"] for one in spec["template"]["spec"]["containers"]]
    assert spec["template"]["spec"]["restartPolicy"] == "Never", "a policy of failures needs it"
    assert spec["backoffLimit"] == 2


# ---- commands and files that are named ------------------------------------------------------------------------


def commands() -> set[str]:
    found = subprocess.run([sys.executable, "cli.py", "--help"], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(re.findall(r"(?m)^  ([a-z]+) ", found.stdout.partition("Commands:")[2]))


def test_commands_named_exist() -> None:
    known = commands()
    assert {"nightly", "db", "init", "doctor"} <= known
    texts = "\n".join(path.read_text("utf-8") for path in FOLDER.iterdir())
    # As words of a shell or between backquotes; "the sourcing crawler" is no command.
    named = set(re.findall(r"(?:`|/env |exec |/bin/|^ *)sourcing (?:--\S+ )*([a-z]+)", texts, flags=re.MULTILINE))
    named |= {word for one in jobs() for word in _args(one)}
    assert {"nightly", "db"} <= named
    assert named - known == set()


def _args(job: dict[str, Any]) -> list[str]:
    (container,) = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    if "command" not in container:
        return list(container["args"][:1])
    return re.findall(r"(?m)^sourcing (\w+)", container["args"][0])


def test_the_image_is_built_of_what_is_there() -> None:
    text = (FOLDER / "Containerfile").read_text("utf-8")
    copied = re.findall(r"(?m)^COPY (?!--from)(\S+)", text)
    allowed = re.findall(r"(?m)^!(\S+)$", (FOLDER / "Containerfile.dockerignore").read_text("utf-8"))
    assert copied == ["requirements/runtime.txt", "dist/sourcing_crawler-*.whl"]
    assert allowed == ["requirements/runtime.txt", "dist/*.whl"], "nothing else reaches the builder"
    assert (ROOT / copied[0]).is_file()
    name = re.search(r'(?m)^name = "(.*)"$', (ROOT / "pyproject.toml").read_text("utf-8"))
    assert name is not None
    assert copied[1] == f"dist/{name[1].replace('-', '_')}-*.whl", "the name `make wheel` gives it"
    installs = [line for line in text.splitlines() if "pip install" in line]
    assert all("--require-hashes" in line or "--no-index" in line for line in installs), "nothing is installed unpinned"
    assert "ADD " not in text
    assert "latest" not in text


def test_alerts_ask_for_figures_that_exist() -> None:
    groups = yaml.safe_load((FOLDER / "alerts.yaml").read_text("utf-8"))["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    asked = set(re.findall(r"sourcing_[a-z_]+", " ".join(rule["expr"] for rule in rules)))
    asked |= set(re.findall(r"sourcing_[a-z_]+", (FOLDER / "README.md").read_text("utf-8"))) - {"sourcing_crawler"}
    source = Path(metrics.__file__).read_text("utf-8")
    known = set(re.findall(r'"(sourcing_[a-z_]+)"', source))
    known |= {f"sourcing_source_{name}" for name in re.findall(r'each\("([a-z_]+)"', source)}
    assert len(asked) > 4
    assert asked - known == set()


# ---- supply chain ---------------------------------------------------------------------------------------------


def test_the_workflow_has_no_rights_and_no_secrets_and_names_actions_by_commit() -> None:
    assert WORKFLOWS
    for path in WORKFLOWS:
        text = path.read_text("utf-8")
        found = yaml.safe_load(text)
        assert found["permissions"] == {}
        assert all(job["permissions"] == {"contents": "read"} for job in found["jobs"].values())
        assert "secrets" not in text
        assert "pull_request_target" not in text
        uses = re.findall(r"(?m)^ *- uses: (.*)$", text)
        assert uses
        assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+", one) for one in uses), uses
        steps = [step for job in found["jobs"].values() for step in job["steps"]]
        assert all(s["with"]["persist-credentials"] is False for s in steps if "checkout" in s.get("uses", ""))
        assert not [step for step in steps if "${{" in step.get("run", "")], "text of others in a shell"


def test_every_locked_library_has_hashes() -> None:
    for name in ("runtime.txt", "dev.txt"):
        text = (ROOT / "requirements" / name).read_text("utf-8")
        entries = re.findall(r"(?m)^[A-Za-z0-9].*?(?=^\S|\Z)", text, flags=re.DOTALL)
        assert len(entries) > 50
        assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
        assert "--index-url" not in text


FOUND = "Name Version ID Fix Versions\n---- ------- -- ------------\nhttpx 0.1 PYSEC-1 0.2\n"
AUDITS = (
    ("", "No known vulnerabilities found", 0, 0, "no weakness is known"),
    (FOUND, "Found 1 known vulnerability in 1 package", 1, 1, "PYSEC-1"),
    ("", "ERROR:pip_audit._cli:Could not connect to PyPI's vulnerability feed", 1, 0, "cannot be asked from here"),
    ("", "ERROR:pip_audit._cli:Vulnerability service error: 503", 1, 0, "nothing is known today"),
    ("", "requests.exceptions.ReadTimeout: Read timed out.", 1, 0, "cannot be asked"),
    ("", "ERROR:pip_audit._cli:invalid requirements input: line 3", 1, 1, "not for want of its service"),
)


@pytest.mark.parametrize(("out", "err", "code", "wanted", "words"), AUDITS)
def test_only_a_weakness_fails_the_audit(
    tmp_path: Path, out: str, err: str, code: int, wanted: int, words: str
) -> None:
    fake = tmp_path / "pip-audit"
    fake.write_text(f"#!/bin/sh\ncat <<'END'\n{out}END\necho {json.dumps(err)} >&2\nexit {code}\n")
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    done = subprocess.run(
        [str(AUDIT)], env={**os.environ, "PIP_AUDIT": str(fake)}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, words in done.stdout) == (wanted, True), done.stdout + done.stderr


def test_the_whole_check_asks_for_weaknesses() -> None:
    assert re.search(r"(?m)^\.ci/audit$", (ROOT / ".ci" / "run").read_text("utf-8"))
