"""What a careful reader says about a profile before it is used: the rules U1 to U9, and N1 for names in lanes."""

import lazy_loader

# What is behind the door stands in `__init__.pyi`; each part is loaded when it is first asked for.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
