"""What the tests of the desk share: an application in process, people signed in, a few leads and lists."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from sourcing.config import Config
from sourcing.desk import people
from sourcing.review.app import create
from sourcing.review.sign_in import cookie_name
from storage.store import Store, User
from tests.house_of_sourcing import NOW, furnished
from tests.store_kit import ADA, BO, CY, scored, settle

HOST = "127.0.0.1:8000"
PASSWORD = "a long enough word"
_HASHED = people.hashed("ann", PASSWORD)  # once: hashing is slow on purpose


def house(folder: Path, roles: tuple[str, ...] = ("mle", "nlp")) -> Config:
    config = furnished(folder)
    return config.model_copy(update={"roles": config.roles.model_copy(update={"active": roles})})


def furnish(store: Store) -> None:
    """Three leads, two of them scored for mle, one for nlp."""
    settle(store, {ADA: "L000001", BO: "L000002", CY: "L000003"})
    store.save_receipts([scored("L000001", 0.6), scored("L000002", 0.5)], night=None)
    store.save_receipts([scored("L000003", 0.7).model_copy(update={"role": "nlp"})], night=None)


def add(store: Store, name: str, role: str) -> None:
    """Somebody whose password is PASSWORD."""
    made = User(name=name, role=role, password=_HASHED, password_at=NOW, created_at=NOW, created_by="setup")
    store.add_user(made)


class Browser:
    """One browser at a desk: requests of our own pages, with a cookie jar."""

    def __init__(self, app: FastAPI, *, https: bool = False, host: str = HOST) -> None:
        self.app = app
        self.base = f"{'https' if https else 'http'}://{host}"
        self.cookies: dict[str, str] = {}
        self.https = https

    def ask(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> httpx.Response:
        """One request; redirects are not followed."""

        async def run() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=("198.51.100.7", 4000))
            async with httpx.AsyncClient(transport=transport, base_url=self.base) as client:
                given = {"cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())} if self.cookies else {}
                return await client.request(method, path, headers={**given, **(headers or {})}, **more)

        answer = asyncio.run(run())
        self.cookies.update(answer.cookies)
        return answer

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("POST", path, **more)

    def as_(self, store: Store, name: str, now: datetime = NOW) -> "Browser":
        """Signed in, without going through the form."""
        user = store.user(name)
        assert user is not None
        self.cookies[cookie_name(self.https)] = people.sign_in(store, user, now=now).token
        return self


class Clock:
    """A clock one can set."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def desk(config: Config, store: Store, clock: Clock | None = None, **more: Any) -> FastAPI:
    https = more.get("https", False)
    return create(config, store, hosts=[HOST], clock=clock or Clock(), **{"https": https, **more})
