"""The invented web in a process of its own, which writes down every request it sees.

`python -m bench.faults._counting SEED PEOPLE ANCHOR FILE`: serves until standard input closes; one line of FILE per
request is the digest of its method, address and body.
"""

import asyncio
import json
import socket
import sys
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any

import orjson
import uvicorn

from sourcing.demo.server.app import application
from sourcing.demo.server.desk import Desk, desk
from sourcing.demo.world import World

# Many nights ask one web within an hour: its budgets would make later ones wait for what earlier ones spent.
NO_LIMITS = dict.fromkeys(("github_core", "github_search", "github_graphql", "algolia", "reddit"), 0)
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


def counting(app: App, file: IO[bytes]) -> App:
    """Writes a line for each request before it is answered; its own switches are none."""

    async def counted(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/_"):
            await app(scope, receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        named = orjson.dumps([scope["method"], scope["path"], scope["query_string"].decode("latin-1")])
        name = blake2b(named + body, digest_size=12).hexdigest()
        file.write(f"{name} {scope['method']} {scope['path']} {scope['query_string'].decode('latin-1')}\n".encode())
        file.flush()

        async def again() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        await app(scope, again, send)

    return counted


def main() -> None:
    """Serve."""
    seed, people, anchor, path = sys.argv[1:5]
    world: Desk = desk(World(seed, int(people), date.fromisoformat(anchor), 0), NO_LIMITS, {})
    held = socket.create_server(("127.0.0.1", 0), backlog=512)
    held.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with Path(path).open("ab") as file:
        app: Any = counting(application(world), file)
        quiet: dict[str, Any] = {"log_level": "error", "access_log": False, "lifespan": "off"}
        server = uvicorn.Server(uvicorn.Config(app, server_header=False, timeout_keep_alive=75, **quiet))

        def until_closed() -> None:
            while sys.stdin.buffer.read(4096):
                pass
            server.should_exit = True

        threading.Thread(target=until_closed, daemon=True).start()
        sys.stdout.write(json.dumps({"port": held.getsockname()[1]}) + "\n")
        sys.stdout.flush()
        asyncio.run(server.serve(sockets=[held]))


if __name__ == "__main__":
    main()
