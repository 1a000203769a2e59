"""What Alembic runs: the migrations, on the connection that `Store.upgrade` hands over."""

from alembic import context

from storage.tables import is_ours, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_object=is_ours,
    render_as_batch=True,  # SQLite alters a table by copying it
    compare_server_default=True,
    transactional_ddl=True,  # an upgrade that fails leaves the old schema
)
with context.begin_transaction():
    context.run_migrations()
