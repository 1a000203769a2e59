"""The parts of the Mastodon source."""
