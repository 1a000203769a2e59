"""Code hosts write e-mail addresses into every answer about commits; none of them reaches the store."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.replay import Replay, crawl, read_exchanges

RECORDINGS = Path(__file__).parent / "recordings"
MAIL = "canary@leak.example"
SIGNED = {"name": "Canary", "email": MAIL, "date": "2026-10-01T00:00:00Z"}
SAID = {
    "email": MAIL,
    "commit": {"author": SIGNED, "committer": SIGNED, "message": f"fix\n\nSigned-off-by: Canary <{MAIL}>"},
    "payload": {"commits": [{"author": SIGNED}]},
    "public_email": MAIL,
    "commit_email": MAIL,
}


def told(answer: Any) -> Any:
    """An answer in which every object also tells mail addresses, wherever it does not say something else."""
    if isinstance(answer, dict):
        return SAID | {name: told(value) for name, value in answer.items()} | {"email": MAIL}
    return [told(one) for one in answer] if isinstance(answer, list) else answer


def with_mail(exchange: dict[str, Any]) -> dict[str, Any]:
    body = exchange.get("body")
    if isinstance(body, str):
        try:
            return exchange | {"body": json.dumps(told(json.loads(body)))}
        except ValueError:
            return exchange
    return exchange | {"body": told(body)} if isinstance(body, (dict, list)) else exchange


@pytest.mark.parametrize("source", ["github", "gitlab", "forgejo"])
def test_no_address_of_a_mailbox_is_stored(source: str, tmp_path: Path) -> None:
    card, *exchanges = read_exchanges(RECORDINGS / f"{source}.jsonl")
    loud = [with_mail(exchange) for exchange in exchanges]
    assert json.dumps(loud).count(MAIL) > 10 * len(loud) / 2
    url = f"sqlite:///{tmp_path}/night.db"
    store, _ = crawl(
        source, Replay(loud), lanes=card["lanes"], options=card["options"], store_url=url, clock=card["clock"]
    )
    with store:
        assert len(list(store.accounts())) > 0
    said = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert MAIL.encode() not in said
