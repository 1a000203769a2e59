"""Parts of the Reddit source."""
