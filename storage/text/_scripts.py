"""Words that mix look-alike scripts: Latin, Cyrillic, Greek, Armenian, Hebrew, Arabic, Cherokee.

The ranges are the letters of Unicode's Scripts.txt for these seven, without signs all scripts share.
"""

import re

_SCRIPTS = (
    # Latin
    (
        "A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02b8\u02e0-\u02e4\u1d00-\u1d25\u1d2c-\u1d5c"
        "\u1d62-\u1d65\u1d6b-\u1d77\u1d79-\u1dbe\u1e00-\u1eff\u2071\u207f\u2090-\u209c\u212a\u212b\u2132\u214e"
        "\u2160-\u2188\u2c60-\u2c7f\ua722-\ua787\ua78b-\ua7ff\uab30-\uab5a\uab5c-\uab64\ufb00-\ufb06"
        "\uff21-\uff3a\uff41-\uff5a"
    ),
    # Cyrillic
    "\u0400-\u0482\u048a-\u052f\u1c80-\u1c8f\u1d2b\u1d78\ua640-\ua66e\ua680-\ua69d",
    # Greek, with the ohm sign
    (
        "\u0370-\u0373\u0376\u0377\u037b-\u037d\u037f\u0386\u0388-\u03ff\u1d26-\u1d2a\u1d5d-\u1d61\u1d66-\u1d6a"
        "\u1dbf\u1f00-\u1fbc\u1fbe\u1fc2-\u1fcc\u1fd0-\u1fdb\u1fe0-\u1fec\u1ff2-\u1ffc\u2126\uab65"
    ),
    # Armenian
    "\u0531-\u0556\u0559\u0560-\u0588\ufb13-\ufb17",
    # Hebrew
    "\u05d0-\u05f2\ufb1d-\ufb4f",
    # Arabic
    (
        "\u0620-\u063f\u0641-\u064a\u066e\u066f\u0671-\u06d5\u06ee\u06ef\u06fa-\u06ff\u0750-\u077f\u0870-\u08c9"
        "\ufb50-\ufdfb\ufe70-\ufefc"
    ),
    # Cherokee
    "\u13a0-\u13fd\uab70-\uabbf",
)
_WORD = re.compile(r"\w+")
_LETTERS = tuple(re.compile(f"[{letters}]") for letters in _SCRIPTS)


def has_mixed_script(text: str) -> bool:
    """Say whether one word of the text mixes letters of two scripts that are taken for each other."""
    if text.isascii():
        return False
    present = [letters for letters in _LETTERS if letters.search(text)]
    if len(present) < 2:
        return False
    return any(sum(bool(letters.search(word)) for letters in present) > 1 for word in _WORD.findall(text))
