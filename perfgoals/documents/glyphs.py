"""Which characters the paper can draw: those of the vendored fonts, read once per process.

Pure: the check-up asks here while typing, the printer before it prints; both give the same answer.
"""

import unicodedata
from functools import cache
from pathlib import Path

FONTS = ("form-song.ttf", "form-song-ext.ttf")
_FOLDER = Path(__file__).resolve().parents[2] / "static" / "fonts"


@cache
def characters() -> frozenset[str]:
    """Every character that the text of a form may hold, the line feed included."""
    from fontTools.ttLib import TTFont

    found = {"\n"}
    for name in FONTS:
        with TTFont(_FOLDER / name, lazy=True) as font:
            found.update(map(chr, font.getBestCmap()))
    return frozenset(found)


def unprintable(text: str) -> list[str]:
    """The characters of ``text`` that no font of ours draws, each once, in order; what has no shape does not count."""
    missing = set(text) - characters()
    if not missing:
        return []
    return [c for c in dict.fromkeys(text) if c in missing and unicodedata.category(c) not in ("Cc", "Cf")]


def unprintable_words(text: str) -> str:
    """What is said of them where the text was typed; "" where everything can be drawn."""
    found = unprintable(text)
    if not found:
        return ""
    shown = "、".join(f"“{c}”（U+{ord(c):04X}）" for c in found[:3])
    return f"有 {len(found)} 个字印不出：{shown}。请换成别的写法。"
