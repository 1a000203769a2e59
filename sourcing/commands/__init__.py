"""The commands, a file per subject; `cli.py` mounts them. Heavy imports stand inside the commands."""
