"""What is cut from the biographies of a bulk export of GitHub profiles, against what a person thought of each cut.

All hits were read: six people speak of their family, belief, politics or birthday, one is at school. Pronouns and signs
beside names are taken out of others and not counted here. What is missed was looked for by keywords only.
"""

import hashlib
import json
from pathlib import Path

import pytest

from storage.text import minor, special
from storage.text._special import _pieces

FILE = Path(__file__).parents[3] / "shared" / "recordings" / "github" / "profiles_bulk.jsonl"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not FILE.exists(), reason="recordings of real sources are not beside the project"),
]
# Digests of the logins of those a reader agreed with; who they are stays out of the repository.
CUT = {"241dbe59e748", "2c5a93435dc0", "7cf7367e2de3", "a3efeea3a3cf", "d069e80844bc", "d9f1492bf9c6"}
AT_SCHOOL = {"2e70b3929ecf"}


def digest(login: str) -> str:
    return hashlib.sha256(login.lower().encode()).hexdigest()[:12]


@pytest.fixture(scope="module")
def biographies() -> list[tuple[str, str]]:
    """Digest of the login and biography, of everybody who wrote one."""
    with FILE.open(encoding="utf-8") as lines:
        bodies = [json.loads(line)["body"] for line in lines]
    profiles = [body for body in bodies if isinstance(body, dict) and body.get("bio")]
    return [(digest(body["login"]), body["bio"]) for body in profiles]


def test_nobody_else_is_cut_or_left_out(biographies: list[tuple[str, str]]) -> None:
    assert len(biographies) == 730
    assert {login for login, bio in biographies if any(special(piece) for piece, _ in _pieces(bio))} == CUT
    assert {login for login, bio in biographies if minor(bio)} == AT_SCHOOL
