"""A synthetic web: invented people with known truth, and a loopback server that speaks the sources' APIs."""

from sourcing.demo.process import Serving, serving
from sourcing.demo.world import World

__all__ = ["Serving", "World", "serving"]
