"""The parts of the Forem source."""
