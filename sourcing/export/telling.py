"""Whom nobody told yet that their data are held: another recipient is given them only together with the notice."""

from sourcing.config import Config
from sourcing.privacy.notices import pending
from storage.store import Store


def untold_for(store: Store, config: Config, recipient: str) -> frozenset[str]:
    """The leads a recipient may be given only with their notice; nobody for use in the house (GDPR 14(3)(c))."""
    return pending(store, config) if recipient.strip() and config.rules.export_needs_notice else frozenset()
