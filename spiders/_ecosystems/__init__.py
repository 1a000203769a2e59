"""The parts of the source of the index of packages."""
