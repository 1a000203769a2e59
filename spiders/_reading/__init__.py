"""From a stranger's answer to values that fit a record."""
