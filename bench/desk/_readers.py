"""People at the desk, as a load: readers that turn pages, one who decides, one who moves sliders."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import aiohttp

from bench.desk._crowd import ROLE

READERS = 20
PAUSE = 3.0  # seconds a reader looks at a page of twenty-five people
PAGES = 12  # each reader turns
DECISIONS = 100
DECIDER_PAUSE = 0.2  # seconds; people need twenty
MOVES = 60  # of a slider
MOVE_PAUSE = 0.3  # seconds
ALONE = 15  # times everything is asked with nobody else there
MOST_SECONDS = 120.0
KINDS = ("ranking", "further page", "filtered", "searched", "best match", "search")
_TRY, _DECIDE = "/api/weights/{role}/try", "/api/inbox/{role}/decisions"
QUERIES = ("pytorch", '"ranking retrieval"', "kubernetes -rust", "spee* triton", "speechvision", "dev-000077")
ANSWERS = (("yes", "fit"), ("no", "skills"), ("no", "place"), ("maybe", "depth"))
FILTERS = (
    *("skill=pytorch&skill=docker", "place=Germany&least=4", "overlap=6&open_to_work=true", "source=kaggle"),
    *("answer=undecided&place=Lisbon", "status=new&skill=kubernetes", "section=too_little_evidence"),
)


@dataclass
class Found:
    """What was measured; times in milliseconds by kind of page."""

    first: float = 0.0
    alone: dict[str, list[float]] = field(default_factory=dict)
    worked: dict[str, float] = field(default_factory=dict)  # processor time of the server per answer, alone
    loaded: dict[str, list[float]] = field(default_factory=dict)
    failed: Counter[str] = field(default_factory=Counter)
    decided: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    ran_out: bool = False


class Desk:
    """One browser's connections, and what it noted."""

    def __init__(self, session: aiohttp.ClientSession, found: Found) -> None:
        self.session, self.found = session, found
        self.notes = found.alone
        self.next: list[str] = []  # cursors met

    async def ask(self, kind: str, method: str, where: str, **body: Any) -> Any:
        """Ask once, note how long the answer took, give it."""
        started = time.perf_counter()
        async with self.session.request(method, where, **body) as answer:
            text = await answer.read()
            took = (time.perf_counter() - started) * 1000
            if answer.status != 200:
                self.found.failed[f"{kind}: {answer.status}"] += 1
                return None
            self.notes.setdefault(kind, []).append(took)
            return await answer.json() if answer.content_type == "application/json" else text.decode()

    async def read(self, kind: str, chance: random.Random) -> None:
        """Turn one page of a kind."""
        page = await self.ask(kind, "GET", self._where(kind, chance))
        if kind in ("ranking", "further page") and page:
            self._remember(page)

    def _where(self, kind: str, chance: random.Random) -> str:
        words = quote(chance.choice(QUERIES))
        if kind == "further page" and self.next:
            return f"/ranking/{ROLE}?cursor={self.next.pop()}"
        if kind == "filtered":
            return f"/ranking/{ROLE}?{chance.choice(FILTERS)}"
        if kind == "searched":
            return f"/ranking/{ROLE}?q={words}"
        if kind == "best match":
            return f"/ranking/{ROLE}?q={words}&order=match"
        return f"/search?q={words}&role={ROLE}" if kind == "search" else f"/ranking/{ROLE}"

    def _remember(self, page: str) -> None:
        """Keep where the list goes on."""
        for part in page.split("cursor=")[1:]:
            cursor = part.partition('"')[0].partition("&")[0]
            if cursor.startswith("after_"):
                self.next.append(cursor)


async def measure(base: str, worked: Callable[[], float]) -> Found:
    """Ask everything alone, then with everybody at once; `worked` gives the server's processor time in seconds."""
    found = Found()
    async with aiohttp.ClientSession(base) as session:
        desk = Desk(session, found)
        started = time.perf_counter()
        await desk.ask("first", "GET", f"/ranking/{ROLE}")
        found.first = (time.perf_counter() - started) * 1000
        await desk.ask("first", "GET", f"/ranking/{ROLE}?place=Lisbon")  # loads the tables of places
        await desk.ask("first", "POST", f"/api/weights/{ROLE}/try", json={"must_have": 40})  # and the matrix
        await desk.ask("first", "GET", f"/api/inbox/{ROLE}")
        found.failed.clear()
        known = await desk.ask("first", "GET", "/api/openapi.json")
        found.alone.clear()
        for kind in (*KINDS, *(["re-rank"] if _TRY in known["paths"] else [])):
            before = worked()
            for at in range(ALONE):
                await (_move(desk, at) if kind == "re-rank" else desk.read(kind, random.Random(at)))
            found.worked[kind] = (worked() - before) / ALONE * 1000
        desk.notes = found.loaded
        try:
            async with asyncio.timeout(MOST_SECONDS):
                await asyncio.gather(*_everybody(desk, known["paths"]))
        except TimeoutError:
            found.ran_out = True
    return found


def _everybody(desk: Desk, paths: dict[str, Any]) -> list[Any]:
    tasks = [_reader(desk, number) for number in range(READERS)]
    for path, task in (
        (_DECIDE, _decider(desk)),
        (_TRY, _mover(desk)),
    ):
        if path in paths:
            tasks.append(task)
        else:
            task.close()
            desk.found.skipped.append(path)
    return tasks


async def _reader(desk: Desk, number: int) -> None:
    chance = random.Random(number)
    await asyncio.sleep(chance.random() * PAUSE)
    for at in range(PAGES):
        await desk.read(KINDS[(number + at) % len(KINDS)], chance)
        await asyncio.sleep(PAUSE)


async def _decider(desk: Desk) -> None:
    chance = random.Random("decider")
    page = await desk.ask("inbox", "GET", f"/api/inbox/{ROLE}")
    for _ in range(DECISIONS):
        lead = page["card"]["lead"]
        answer, reason = chance.choice(ANSWERS)
        body = {"lead": lead, "answer": answer, "reason": reason}
        page = await desk.ask("decision", "POST", f"/api/inbox/{ROLE}/decisions", json=body)
        if page is None:
            page = await desk.ask("inbox", "GET", f"/api/inbox/{ROLE}")
        else:
            desk.found.decided.append(lead)
        await asyncio.sleep(DECIDER_PAUSE)


async def _mover(desk: Desk) -> None:
    for at in range(MOVES):
        await _move(desk, at)
        await asyncio.sleep(MOVE_PAUSE)


async def _move(desk: Desk, at: int) -> None:
    await desk.ask("re-rank", "POST", f"/api/weights/{ROLE}/try", json={"must_have": 20 + at % 40})
