"""The parts of the source of npm packages."""
