"""Counters of an outcome that several rooms read, by name: those that judge a night and those that plan the next."""

NEW = "saved:accounts_new"
SHOWN = "saved:accounts_shown"  # people a source showed, changed or not, each once
