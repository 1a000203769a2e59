"""What every phase of the Slack spider shares: settings, consent, calls, and what an answer of "no" means."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from scrapy import Request
from scrapy.http import Response

from spiders._base import Yielded
from spiders._course.steps import Steps
from spiders._polite import gate as _gate
from spiders._polite.headers import plain_headers
from spiders._reading.fields import Model
from spiders._slack.about import SlackOptions
from spiders._slack.answers import Verdict
from storage.errors import Unreadable
from storage.records import Quarantined

# Calls a minute and method; which method is in which tier is from memory, the numbers are Slack's own.
TIERS = {
    "auth.test": 4,
    "team.profile.get": 3,
    "users.list": 2,
    "users.profile.get": 4,
    "conversations.list": 2,
    "conversations.history": 3,
    "conversations.replies": 3,
}
# Errors that speak of the token or the workspace, not of the question.
NO_ENTRY = frozenset(
    {
        *("access_denied", "account_inactive", "ekm_access_denied", "enterprise_is_restricted", "invalid_auth"),
        *("missing_scope", "no_permission", "not_allowed_token_type", "not_authed", "org_login_required"),
        *("team_access_not_granted", "token_expired", "token_revoked"),
    }
)
# Scopes that would let the token read what must not be read here.
FORBIDDEN = frozenset(
    {
        *("users:read.email", "groups:read", "groups:history", "im:read", "im:history", "mpim:read", "mpim:history"),
        *("search:read", "admin"),
    }
)


class SlackApi(Steps):
    """The Web API through an internal app of the operator's own workspace."""

    options: SlackOptions

    def pause(self, resource: str) -> float:
        """Slack counts calls per method, by tier."""
        calls = {2: self.options.tier_2, 3: self.options.tier_3, 4: self.options.tier_4}.get(TIERS.get(resource, 0), 0)
        return max(self.options.delay, 60 / calls if calls else 0.0)

    def call(
        self,
        path: str,
        then: Callable[..., Iterable[Yielded]],
        *,
        lane: str,
        given: Mapping[str, object] | None = None,
        **more: Any,
    ) -> Request:
        """One call of a method; each method has a budget of its own."""
        query = f"?{urlencode({name: str(value) for name, value in given.items()})}" if given else ""
        return self.ask(f"{self.options.api}/{path}{query}", then, lane=lane, resource=path, **more)

    def refusal(self, response: Response, headers: Mapping[str, str], wall: float) -> _gate.Refusal | None:
        """429, and "ratelimited" with any status; both hold for the one method."""
        refused = super().refusal(response, headers, wall)
        if refused is None and response.status == 200 and b'"ratelimited"' in response.body[:200]:
            after = _gate.seconds(headers["retry-after"], wall=wall) if "retry-after" in headers else None
            return _gate.Refusal(after, "ratelimited")
        return refused

    def read(self, response: Response, model: type[Model]) -> Model:
        """Read an answer that is "ok"; Unreadable for a "no", which ends the source where it speaks of the token."""
        verdict = super().read(response, Verdict)
        self._refuse_forbidden(plain_headers(response).get("x-oauth-scopes", ""))
        if not verdict.ok:
            if verdict.error in NO_ENTRY:
                self.stop("refused", _no_entry(verdict))
            raise Unreadable(f"error_{verdict.error[:60] or 'unnamed'}", response.url)
        return super().read(response, model)

    def note_unreadable(self, response: Response, error: Unreadable) -> Quarantined:
        """An answer that cannot be read is named, not kept: it may hold what people wrote."""
        return super().note_unreadable(response, error).model_copy(update={"excerpt": ""})

    def _refuse_forbidden(self, scopes: str) -> None:
        held = sorted({scope.strip() for scope in scopes.split(",")} & FORBIDDEN)
        if held:
            reason = f"the app holds {', '.join(held)}; take these scopes away and install it anew"
            self.stop("refused", reason)
            raise Unreadable("forbidden_scope", reason)

    def read_optional(self, response: Response, model: type[Model]) -> Model | None:
        """Read an answer the source can do without: a scope that is not granted is counted, not fatal."""
        verdict = super().read(response, Verdict)
        if not verdict.ok and verdict.error == "missing_scope":
            self.ledger.skip(f"missing_scope:{verdict.needed[:40]}")
            return None
        return self.read(response, model)


def _no_entry(verdict: Verdict) -> str:
    if verdict.error == "missing_scope":
        return f"the app lacks the scope {verdict.needed}; add it and install the app anew"
    return f"Slack answered {verdict.error}; put a valid token into the environment variable"
