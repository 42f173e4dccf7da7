"""Refuses a broken edition file: ``check_text`` names file, line and reason in Chinese.

Three passes, each only when the one before found nothing: is it TOML; has every table its keys with the right types
(``shapes``); does it make sense as a form (``sense``), its own test cases included.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from perfgoals.editions.loader import parse, with_form
from perfgoals.editions.positions import lines_of, nearest_line
from perfgoals.editions.sense import nonsense
from perfgoals.editions.shapes import misshapen

_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_TOML_REASONS = {
    "Expected '=' after a key": "键后面缺“=”",
    "Cannot overwrite a value": "同一个键写了两次",
    "twice": "同一张表写了两次",
    "Invalid value": "“=”后面的值写得不对（文字要用引号括起来）",
    "Unterminated string": "文字缺右边的引号",
    "Expected '\"'": "文字缺右边的引号",
    "Unclosed array": "列表缺“]”",
    "Unclosed inline table": "缺“}”",
    "Expected ']'": "表头缺“]”",
    "Expected newline": "一行写了两样东西，要换行",
    "Illegal character": "文字里有不能用的字符，或没有写完就换行了",
    "Unescaped '\\'": "反斜杠要写成“\\\\”",
}


@dataclass(frozen=True, order=True)
class Problem:
    """One reason to refuse a file. ``str()`` is ``file:line: reason``."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


def check_text(text: str, filename: str, *, taken: Mapping[str, str] | None = None) -> list[Problem]:
    """The problems of one edition file in line order. ``taken``: ids of other files → their names."""
    try:
        data = with_form(parse(text))
    except tomllib.TOMLDecodeError as error:
        return [toml_problem(error, text, filename)]
    lines = lines_of(text)
    found = misshapen(data) or nonsense(data, stem=Path(filename).stem, taken=taken or {})
    return sorted({Problem(filename, nearest_line(lines, path), message) for path, message in found})


def check_files(paths: Iterable[Path]) -> list[Problem]:
    """The problems of several files, one id used twice included."""
    found: list[Problem] = []
    taken: dict[str, str] = {}
    for path in paths:
        try:
            text = path.read_text("utf-8")
        except OSError:
            found.append(Problem(str(path), 1, "读不到这个文件。"))
            continue
        except UnicodeDecodeError:
            found.append(Problem(str(path), 1, "不是 UTF-8 文字文件。"))
            continue
        found += check_text(text, str(path), taken=taken)
        taken.setdefault(_id_of(text), str(path))
    return found


def _id_of(text: str) -> str:
    try:
        return str(parse(text).get("id", ""))
    except tomllib.TOMLDecodeError:
        return ""


def toml_problem(error: tomllib.TOMLDecodeError, text: str, filename: str) -> Problem:
    """What ``tomllib`` said, with its line and in Chinese."""
    message = str(error)
    place = _TOML_PLACE.search(message)
    line = int(place[1]) if place and place[1] else text.count("\n") + 1
    reason = next((reason for words, reason in _TOML_REASONS.items() if words in message), "写法不对")
    column = f"（第 {place[2]} 列附近）" if place and place[2] else ""
    return Problem(filename, line, f"不是有效的 TOML：{reason}{column}。")
