"""What the tests of the demo share: small worlds and an in-process client."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import httpx

from sourcing.demo.server.app import application
from sourcing.demo.server.desk import Desk, desk
from sourcing.demo.world import World

ANCHOR = date(2026, 11, 25)
TOKEN = {"authorization": "Bearer demo-1"}


def small(people: int = 240, day: int = 0, seed: str = "test") -> World:
    return World(seed, people, ANCHOR, day)


def a_desk(world: World | None = None, faults: dict[str, float] | None = None, **limits: object) -> Desk:
    return desk(world or small(), limits, faults or {})


@asynccontextmanager
async def client(server: Desk, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(application(server))
    sent = TOKEN | {name.replace("_", "-"): text for name, text in headers.items()}
    async with httpx.AsyncClient(transport=transport, base_url="http://demo.test", headers=sent) as held:
        yield held


async def ask(held: httpx.AsyncClient, query: str, **variables: Any) -> httpx.Response:
    return await held.post("/github/graphql", json={"query": query, "variables": variables})
