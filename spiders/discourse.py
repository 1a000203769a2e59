"""People who help others in the forums of machine-learning projects, through the forums' own public JSON.

One source for all forums: what may be asked, kept and refused is one and the same, each forum is a row in
`_discourse/about.py`, and each has its own robots.txt, pause, patience and end within the night. Forums beside these
are rows in the settings.
"""

from spiders._discourse.about import AboutDiscourse
from spiders._discourse.profiles import Discourse


class Forums(AboutDiscourse, Discourse):
    """Discourse forums: directories, role categories, solved answers, and profiles where robots.txt allows them."""

    site = "https://discuss.pytorch.org"
