"""The course of a night: what is asked next, in which step, and what it cost."""
