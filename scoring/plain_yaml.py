"""YAML as people write it: only true and false are booleans, so that `off`, `no` and `on` stay words."""

import re

import yaml


class PlainLoader(yaml.CSafeLoader):
    """The safe loader, that of libyaml (ten times as fast), with the booleans of YAML 1.2."""


class TellingLoader(yaml.SafeLoader):
    """The same in Python, which says more exactly where a text is wrong."""


for loader in (PlainLoader, TellingLoader):
    loader.yaml_implicit_resolvers = {
        letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
        for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


def plain_yaml(text: str) -> object:
    """The content of a YAML text; yaml.YAMLError if it is none."""
    return yaml.load(text, Loader=PlainLoader)  # noqa: S506 - a safe loader, with fewer booleans
