"""What differs between two texts, word by word, for people to read.

Chinese has no spaces: a word here is one character of Chinese, or a run of Latin letters or of digits. Texts are first
compared sentence by sentence, and only sentences that changed are looked into, so that a page of text costs
milliseconds and an unchanged sentence is never torn apart by a chance resemblance.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import groupby
from typing import Literal

Operation = Literal["equal", "delete", "insert"]
Piece = tuple[Operation, str]

_SENTENCE = re.compile(r"[^。；！？;!?\n]*[。；！？;!?\n]+|[^。；！？;!?\n]+")
_WORD = re.compile(r"[A-Za-z]+|\d+(?:[.,]\d+)*|\s+|.", re.DOTALL)
# Longer changed passages than this (words × words) are shown as replaced in one piece: nobody reads such a mosaic.
_LIMIT = 1_000_000
# Fewer equal characters than this between two changes are a coincidence (的, 了, 、).
_ISLAND = 2


def words(old: str, new: str) -> list[Piece]:
    """How ``old`` became ``new``. Equal and deleted pieces make up ``old``, equal and inserted ones ``new``."""
    if old == new:
        return [("equal", old)] if old else []
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    # A word at the seam belongs to the change: 2019 → 2020 is not 20 plus 19 → 20.
    while head and _splits(old, head) | _splits(new, head):
        head -= 1
    while tail and _splits(old, len(old) - tail) | _splits(new, len(new) - tail):
        tail -= 1
    middle = _sentences(old[head : len(old) - tail], new[head : len(new) - tail])
    pieces = [("equal", old[:head]), *middle, ("equal", old[len(old) - tail :] if tail else "")]
    return _readable(pieces)


def _common(a: str, b: str) -> int:
    length = 0
    for x, y in zip(a, b, strict=False):
        if x != y:
            break
        length += 1
    return length


def _splits(text: str, at: int) -> bool:
    """Whether a cut before ``text[at]`` goes through a run of letters or digits."""
    if not 0 < at < len(text):
        return False
    before, after = text[at - 1], text[at]
    return before.isascii() and after.isascii() and before.isalnum() and after.isalnum()


def _sentences(old: str, new: str) -> Iterable[Piece]:
    a, b = _SENTENCE.findall(old), _SENTENCE.findall(new)
    for operation, i, j, k, m in _steps(a, b):
        if operation == "equal":
            yield "equal", "".join(a[i:j])
        else:
            yield from _inside("".join(a[i:j]), "".join(b[k:m]))


def _inside(old: str, new: str) -> Iterable[Piece]:
    a, b = _WORD.findall(old), _WORD.findall(new)
    if len(a) * len(b) > _LIMIT:
        yield from (("delete", old), ("insert", new))
        return
    for operation, i, j, k, m in _steps(a, b):
        if operation == "equal":
            yield "equal", "".join(a[i:j])
        else:
            yield from (("delete", "".join(a[i:j])), ("insert", "".join(b[k:m])))


def _steps(a: Sequence[str], b: Sequence[str]) -> Sequence[tuple[str, int, int, int, int]]:
    return SequenceMatcher(None, a, b, autojunk=False).get_opcodes()


def _readable(pieces: Iterable[Piece]) -> list[Piece]:
    """Neighbours joined, deletions before insertions, islands of one character between two changes flooded."""
    rows: list[list] = []  # [is_equal, gone, come]
    for operation, text in pieces:
        is_equal = operation == "equal"
        if not text:
            continue
        if not rows or rows[-1][0] != is_equal:
            rows.append([is_equal, "", ""])
        rows[-1][1] += text if operation != "insert" else ""
        rows[-1][2] += text if operation != "delete" else ""
    for number in range(1, len(rows) - 1):
        rows[number][0] = rows[number][0] and len(rows[number][1]) >= _ISLAND
    result: list[Piece] = []
    for is_equal, group in groupby(rows, key=lambda row: row[0]):
        parts = list(group)
        gone, come = "".join(row[1] for row in parts), "".join(row[2] for row in parts)
        changes: list[Piece] = [("delete", gone), ("insert", come)]
        result += [("equal", gone)] if is_equal else [piece for piece in changes if piece[1]]
    return _slid(result)


def _slid(pieces: list[Piece]) -> list[Piece]:
    """``。新增一句`` before ``。`` is the same as ``新增一句。`` after it, and is how a person would mark it."""
    for at in range(1, len(pieces) - 1):
        (_, before), (operation, text), (_, after) = pieces[at - 1 : at + 2]
        alone = pieces[at - 1][0] == pieces[at + 1][0] == "equal"
        if alone and text[0] in "。；！？，、;!?\n" and after[0] == text[0]:
            pieces[at - 1 : at + 2] = [
                ("equal", before + text[0]),
                (operation, text[1:] + text[0]),
                ("equal", after[1:]),
            ]
    return [piece for piece in pieces if piece[1]]


@lru_cache(maxsize=20_000)
def core(text: str) -> str:
    """``text`` reduced to what it says: one width, no white space, no punctuation, no 的."""
    return re.sub(r"[\W_的]+", "", unicodedata.normalize("NFKC", text)).casefold()
