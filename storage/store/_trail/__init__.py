"""The log and its chains, checks, copies and seals."""
