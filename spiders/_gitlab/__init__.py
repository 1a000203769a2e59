"""The parts of the GitLab source."""
