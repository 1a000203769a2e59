"""A loopback server for benches: a page of 10 KB, and a quota with honest headers. Ends when its stdin closes."""

import asyncio
import json
import resource
import sys
import time

from aiohttp import web

WINDOW_LIMIT = 128  # answers per second: 3,062 answers cannot take less than about 24 s


def page() -> bytes:
    """About 10 KB of JSON: forty rows of a list."""
    rows = [
        {"id": n, "login": f"person-{n}", "bio": "works on invented things " * 6, "stars": n * 7 % 900}
        for n in range(40)
    ]
    return json.dumps({"rows": rows}).encode()


def crowd(number: int) -> bytes:
    """The same with forty others in each answer, who say something else of themselves."""
    first = number * 40
    rows = [
        {"id": n, "login": f"person-{n}", "bio": f"works on invented thing {n} " * 6, "stars": n * 7 % 900}
        for n in range(first, first + 40)
    ]
    return json.dumps({"rows": rows}).encode()


def person(number: int) -> bytes:
    """About 10 KB of JSON: one person with twelve pieces of work, as a document of a person's own is."""
    works = [
        {
            "id": number * 12 + n,
            "name": f"work-{number}-{n}",
            "text": f"trains and serves invented model {number + n} " * 8,
            "topics": ["python", "training", f"topic-{(number + n) % 40}"],
            "stars": (number + n) * 7 % 900,
            "pushed_at": f"2026-{1 + n % 9:02d}-11T00:00:00Z",
            "addresses": {f"{one}_url": f"https://bench.example/api/work-{number}-{n}/{one}" for one in "abcdef"},
        }
        for n in range(12)
    ]
    row = {"id": number, "login": f"person-{number}", "bio": f"works on invented thing {number} " * 6}
    return json.dumps({**row, "works": works}).encode()


class Quota:
    """128 answers in each whole second of the clock; more are refused with 429."""

    def __init__(self) -> None:
        self.second, self.used, self.served, self.refused = 0, 0, 0, 0

    async def answer(self, request: web.Request) -> web.Response:
        """One answer with the three limit headers, or 429 with the same."""
        del request
        second = int(time.time())
        if second != self.second:
            self.second, self.used = second, 0
        self.used += 1
        headers = {
            "x-ratelimit-limit": str(WINDOW_LIMIT),
            "x-ratelimit-remaining": str(max(0, WINDOW_LIMIT - self.used)),
            "x-ratelimit-reset": str(second + 1),
        }
        if self.used > WINDOW_LIMIT:
            self.refused += 1
            return web.json_response({"message": "too many requests"}, status=429, headers=headers)
        self.served += 1
        return web.json_response({"rows": []}, headers=headers)


def app() -> web.Application:
    """The addresses: /page/{n}, /crowd/{n}, /person/{n}, /quota/{n}, /stats."""
    quota, body = Quota(), page()

    async def static(request: web.Request) -> web.Response:
        del request
        return web.Response(body=body, content_type="application/json")

    async def stats(request: web.Request) -> web.Response:
        del request
        used = resource.getrusage(resource.RUSAGE_SELF)
        return web.json_response(
            {"served": quota.served, "refused": quota.refused, "cpu": used.ru_utime + used.ru_stime}
        )

    async def somebody(request: web.Request) -> web.Response:
        return web.Response(body=person(int(request.match_info["n"])), content_type="application/json")

    async def others(request: web.Request) -> web.Response:
        return web.Response(body=crowd(int(request.match_info["n"])), content_type="application/json")

    made = web.Application()
    made.add_routes(
        [
            web.get("/page/{n}", static),
            web.get("/crowd/{n}", others),
            web.get("/person/{n}", somebody),
            web.get("/quota/{n}", quota.answer),
            web.get("/stats", stats),
        ]
    )
    return made


async def main() -> None:
    """Serve on a free port of 127.0.0.1 until stdin closes; the port is the first line printed."""
    runner = web.AppRunner(app(), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
