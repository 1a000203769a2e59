"""What is left of a source's budget, asked of the source."""

import httpx

from sourcing import crawl
from sourcing.config import Config
from storage.redaction import Secret


def budget(config: Config, status: crawl.SourceStatus, client: httpx.Client) -> str:
    """What is left at the source, "unknown" where it cannot be asked."""
    if status.name != "github":
        return "unknown (the source has no question for it)"
    api = getattr(crawl.options_of(config, status.name), "api", "")
    token = Secret.of(status.token_env).reveal()
    try:
        answer = client.get(f"{api}/rate_limit", headers={"Authorization": f"Bearer {token}"} if token else {})
        resources = answer.raise_for_status().json()["resources"]
        return ", ".join(_left(resources, one) for one in ("core", "search", "graphql") if one in resources)
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        return f"unknown ({type(error).__name__})"


def _left(resources: dict[str, dict[str, int]], name: str) -> str:
    return f"{name} {resources[name]['remaining']} of {resources[name]['limit']}"
