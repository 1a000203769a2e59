"""Parts of the Slack source; the import of a workspace's export shares its readers."""
