"""`python -m sourcing.demo.server`: serves the invented world on 127.0.0.1 until its standard input closes."""

import argparse
import asyncio
import gc
import json
import logging
import os
import socket
import sys
import threading
from collections.abc import Sequence
from datetime import date

import uvicorn

from sourcing.demo.server.app import application
from sourcing.demo.server.desk import desk
from sourcing.demo.server.faults import rates
from sourcing.demo.server.github_search import rows
from sourcing.demo.world import World


def main(words: Sequence[str] | None = None) -> None:
    """Serves until standard input closes or SIGTERM comes; one JSON line says when it is ready."""
    asked = _arguments().parse_args(words)
    world = World(asked.seed, asked.people, asked.anchor, asked.day)
    rows(world)  # what the user search looks at, so that the first search is as quick as the next
    app = application(desk(world, _limits(asked.limits), rates(asked.faults)))
    gc.freeze()  # the people never go away: the collector need not look at them again
    held = socket.create_server(("127.0.0.1", asked.port), backlog=512)
    # asyncio sets this only on sockets made with an explicit protocol; without it each answer waits 40 ms for an ACK.
    held.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    logging.getLogger("uvicorn.error").addFilter(_unasked)
    settings = uvicorn.Config(
        app,
        log_level="error",
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=1,
        timeout_keep_alive=75,  # as web servers do; closing sooner than clients expect loses requests on their way
    )
    server = uvicorn.Server(settings)
    threading.Thread(target=_until_closed, args=(server,), daemon=True).start()
    sys.stdout.write(json.dumps({"port": held.getsockname()[1], "pid": os.getpid()}) + "\n")
    sys.stdout.flush()
    asyncio.run(server.serve(sockets=[held]))


def _unasked(record: logging.LogRecord) -> bool:
    """Leave out complaints about answers that were cut off on purpose."""
    return "without completing response" not in record.getMessage()


def _until_closed(server: uvicorn.Server) -> None:
    """The parent holds the other end of standard input: when it closes, nobody needs us."""
    while sys.stdin.buffer.read(4_096):
        pass
    server.should_exit = True


def _limits(text: str) -> dict[str, object]:
    pairs = (part.partition("=") for part in text.split(",") if part)
    return {name.strip(): value.strip() for name, _, value in pairs}


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sourcing.demo.server", description=__doc__)
    parser.add_argument("--seed", default="demo")
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--anchor", type=date.fromisoformat, required=True, help="day 0, YYYY-MM-DD")
    parser.add_argument("--day", type=int, default=0)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--faults", default="", help="for example 429:0.02,502:0.01")
    parser.add_argument("--limits", default="", help="for example github_core=5000,kaggle=30/10; 0 is no limit")
    return parser


if __name__ == "__main__":
    main()
