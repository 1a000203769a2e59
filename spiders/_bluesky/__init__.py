"""The parts of the Bluesky source."""
