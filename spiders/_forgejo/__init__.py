"""The parts of the Forgejo source."""
