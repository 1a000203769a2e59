"""What answers of several venues have in common: validators, pages with a Link header."""

import hashlib
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from sourcing.demo.server.exchange import Answer, Question, say


def conditional(question: Question, answer: Answer) -> Answer:
    """The answer with a weak ETag, or 304 if the client holds it."""
    tag = f'W/"{hashlib.sha256(answer.body).hexdigest()[:32]}"'
    if answer.status == 200 and question.headers.get("if-none-match") == tag:
        answer = Answer(b"", 304, answer.headers, answer.media, answer.cost)
    answer.headers["etag"] = tag
    return answer


def page(question: Question, path: str, rows: Sequence[Any], *, size: int, most: int) -> Answer:
    """One page of rows; the Link header names the next one by an opaque cursor."""
    asked = question.query.get("limit", "")
    limit = min(int(asked) if asked.isdigit() and int(asked) else size, most)
    start = int(question.query.get("cursor", "c0").removeprefix("c") or 0)
    answer = say(list(rows[start : start + limit]))
    if start + limit < len(rows):
        query = urlencode({**question.query, "cursor": f"c{start + limit}"})
        answer.headers["link"] = f'<{question.base}{path}?{query}>; rel="next"'
    return conditional(question, answer)
