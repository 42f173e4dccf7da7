"""One spelling for the many ways a target value is typed.

Not NFKC: that turns ``5²`` into 52 and ``①完成`` into ``1完成``, two confident wrong
numbers. Only characters that differ in width, and operators that differ in glyph,
are unified; what else is odd is left standing and doubted.
"""

import re

LIMIT = 500

# Stands for the text of a book title; never typed by anybody.
TITLE = "\ue000"

_WIDTH: dict[int, int | str] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SPACES = "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000"
_WIDTH |= dict.fromkeys(map(ord, _SPACES), " ")
_WIDTH |= dict.fromkeys(range(0x2000, 0x200B), " ")
_GLYPH_OF: dict[str, str] = {
    "≧": "≥",
    "⩾": "≥",
    "≦": "≤",
    "⩽": "≤",
    "≮": "≥",
    "≯": "≤",
    "﹥": ">",
    "﹤": "<",
    "﹦": "=",
    "﹪": "%",
    "﹡": "*",
    "∗": "*",
    "−": "-",
    "‐": "-",
    "‑": "-",
    "〉": "》",
    "〈": "《",
    "㎡": "m²",
    "㎥": "m³",
    "。": ";",
    "～": "~",
    "∶": ":",
    "╳": "×",
    "✕": "×",
    "｡": ";",
}
_WIDTH |= {ord(glyph): sign for glyph, sign in _GLYPH_OF.items()}
_ODD = re.compile(
    "[\x00-\x1b\x7f-\x9f\xad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff0-\uffff\ud800-\udfff\ue000-\uf8ff]"
)
# Between digits, points and commas a space may part two numbers: "5 10" is not 510.
_LOOSE_SPACE = re.compile(r"(?<![0-9.,]) +| +(?![0-9.,])")
_SPACES_LEFT = re.compile(r" {2,}")
_TITLE = re.compile(r"《([^《》]*)》")
_DIGIT = re.compile(r"\d")
_GLYPHS = re.compile(r"[<>=≥≤]{2,}|[》《]=*")
_SIGNS = {
    ">=": ("≥", False),
    "<=": ("≤", False),
    "=>": ("≥", True),
    "=<": ("≤", True),
    "≥=": ("≥", True),
    "≤=": ("≤", True),
    "==": ("=", True),
    "》=": ("≥", True),
    "《=": ("≤", True),
    "》": (">", True),
    "《": ("<", True),
}
_NEEDS_WORK = re.compile(r"[^\u4e00-\u9fff0-9%]")


def clean(raw: str) -> tuple[str, tuple[str, ...]]:
    """``raw`` in one spelling, and the doubts met on the way.

    Half-width signs, no white space but between two numbers, operators as one
    character, book titles 《…》 as the character ``TITLE``. Digits are never joined.
    """
    if not _NEEDS_WORK.search(raw):
        return raw, ()
    doubts: tuple[str, ...] = ()
    # U+001C to U+001F count as white space, as they do for str.strip().
    text = raw.translate(_WIDTH)
    if _ODD.search(text):
        text = _ODD.sub(" ", text)
        doubts = ("odd_characters",)
    if " " in text:
        text = _LOOSE_SPACE.sub("", text.strip(" "))
        text = _SPACES_LEFT.sub(" ", text)
    if text.endswith((".", ";", ",")):
        text = text.rstrip(".;,") or text
    return _unify_operators(text, doubts)


def _unify_operators(text: str, doubts: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    if "《" in text and "》" in text:
        if any(_DIGIT.search(title) for title in _TITLE.findall(text)):
            doubts += ("unread_digits",)
        text = _TITLE.sub(TITLE, text)
    if not _GLYPHS.search(text):
        return text, doubts
    wrong = False

    def sign(match: re.Match[str]) -> str:
        nonlocal wrong
        known, is_wrong = _SIGNS.get(match[0], (match[0], False))
        wrong = wrong or is_wrong
        return known

    text = _GLYPHS.sub(sign, text)
    return text, (*doubts, "wrong_operator_glyph") if wrong else doubts
