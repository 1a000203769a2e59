"""Alembic migrations of the Store's schema; `Store.upgrade` runs them."""
