"""The loopback server as a child process, for as long as a with-block lasts."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.request import Request, urlopen

_HOME = Path(__file__).resolve().parents[2]  # where the package `sourcing` lies
_PATIENCE = 20.0  # seconds


class Serving:
    """A running server; `base` is its address, below which /github, /kaggle, /algolia and /firebase lie."""

    def __init__(self, child: "subprocess.Popen[str]", base: str) -> None:
        self._child, self.base = child, base

    def stats(self) -> dict[str, Any]:
        """What the server counted: requests by source and route, points, refusals, CPU seconds."""
        return self._ask("/_stats", None)

    def control(self, **order: Any) -> dict[str, Any]:
        """Changes settings while the server runs; returns the figures. Unknown ones are an HTTPError 400.

        `day`; `faults` {kind: share}; `limits` {name: "units/seconds"}; `secondary` [forms of the next GitHub answers];
        `retry` and `slow` in seconds; `work`: nodes × points above which a GraphQL call ends in 502;
        `robots` allow, disallow, missing or broken; `reset` of the figures.
        """
        return self._ask("/_control", json.dumps(order).encode())

    def close(self) -> None:
        """Ends the child."""
        if self._child.stdin and not self._child.stdin.closed:
            self._child.stdin.close()
        try:
            self._child.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        if self._child.stdout:
            self._child.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, path: str, body: bytes | None) -> dict[str, Any]:
        request = Request(self.base + path, body, {"content-type": "application/json"})  # noqa: S310 - always loopback
        with urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310 - always loopback
            held: dict[str, Any] = json.load(answer)
        return held


def serving(
    *,
    anchor: date,
    seed: str = "demo",
    people: int = 300,
    day: int = 0,
    port: int = 0,
    faults: Mapping[str, float] | None = None,
    limits: Mapping[str, object] | None = None,
) -> Serving:
    """Starts the server and waits until it answers; RuntimeError if it cannot start."""
    words = [sys.executable, "-m", "sourcing.demo.server", "--seed", seed, "--people", str(people)]
    words += ["--anchor", anchor.isoformat(), "--day", str(day), "--port", str(port)]
    words += ["--faults", ",".join(f"{kind}:{share}" for kind, share in (faults or {}).items())]
    words += ["--limits", ",".join(f"{name}={value}" for name, value in (limits or {}).items())]
    child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=_environment()
    )
    assert child.stdout is not None
    line = child.stdout.readline()
    if not line:
        Serving(child, "").close()
        raise RuntimeError(f"the demo server ended with {child.returncode} before it was ready; its errors are above")
    return Serving(child, f"http://127.0.0.1:{json.loads(line)['port']}")


def _environment() -> dict[str, str]:
    path = os.pathsep.join(filter(None, (str(_HOME), os.environ.get("PYTHONPATH"))))
    return os.environ | {"PYTHONPATH": path}
