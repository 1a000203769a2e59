"""Serve the desk: on loopback by default; anywhere else only behind TLS, ours or a stated proxy's."""

import gc
import ipaddress
import logging
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from sourcing.config import Config
from sourcing.desk.board import Boards
from sourcing.review.app import create
from sourcing.review.guard import allowed_hosts
from storage.errors import ConfigError, SourcingError
from storage.store import Store


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen and what stands in front."""

    host: str = "127.0.0.1"
    port: int = 8321
    names: tuple[str, ...] = ()  # further Host names, of a proxy
    certificate: Path | None = None
    key: Path | None = None
    behind_proxy: bool = False  # somebody else speaks TLS

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def is_open(self) -> bool:
        """Whether others can reach it: by the network, or through a proxy on this machine."""
        return not self.is_local or self.behind_proxy

    @property
    def url(self) -> str:
        """Where people find the desk."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.certificate else 'http'}://{host}:{self.port}/"


def refuse_open(address: Address, users: Collection[object]) -> None:
    """ConfigError if others could reach the desk without TLS or without signing in."""
    if (address.certificate is None) != (address.key is None):
        raise ConfigError("TLS needs both --certificate and --key; give the other one as well")
    if not address.is_open:
        return
    if not users:
        raise ConfigError(
            f"{address.host} can be reached by others and nobody has to sign in; add people with `sourcing user add` "
            "or listen on 127.0.0.1 without a proxy"
        )
    if address.certificate is None and not address.behind_proxy:
        raise ConfigError(
            f"{address.host} can be reached by others without TLS; give --certificate and --key, "
            "or --behind-proxy if a proxy in front speaks TLS"
        )


def run(config: Config, store: Store, address: Address, *, ready: Callable[[], object] = lambda: None) -> None:
    """Serve until interrupted, `ready` first; ConfigError for an address that is open to others."""
    refuse_open(address, [user for user in store.users() if user.disabled_at is None])
    app = create(
        config,
        store,
        hosts=allowed_hosts(address.host, address.port, address.names),
        https=address.certificate is not None or address.behind_proxy,
        behind_proxy=address.behind_proxy,
        is_local=not address.is_open,
    )
    threading.Thread(target=_warm, args=(app.state.boards, store, config.roles.active), daemon=True).start()
    ready()
    uvicorn.run(
        app,
        host=address.host,
        port=address.port,
        ssl_certfile=address.certificate,
        ssl_keyfile=address.key,
        proxy_headers=False,
        server_header=False,
        log_level="warning",
    )


def _warm(boards: Boards, store: Store, roles: Sequence[str]) -> None:
    """Read the boards of the active roles, which takes seconds for a large store, before somebody waits for them."""
    for role in roles:
        try:
            boards.of(store, role)
        except SourcingError as error:
            logging.getLogger(__name__).warning("the list of %s could not be read ahead: %s", role, error)
    # What is there now stays: without looking through all of it again and again no page waits for that.
    gc.collect()
    gc.freeze()
