"""Many readings at once: JSON lines in, JSON lines out."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from perfgoals.targets.reader import read_target

_KEYS = {"raw": "目标值", "name": "指标名称", "level2": "二级指标"}


def read_lines(lines: Iterable[bytes | str]) -> Iterator[tuple[str, bool]]:
    """For each line that is not blank: the line to write, and whether it could be read.

    A line is a JSON object with ``raw`` and, if known, ``name`` and ``level2``. A bad
    one yields ``{"error", "line"}`` and the next one is read all the same.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            answer, is_read = _read(line), True
        except ValueError as wrong:
            answer, is_read = {"error": str(wrong), "line": number}, False
        yield _dump(answer), is_read


def _read(line: bytes | str) -> dict[str, Any]:
    asked = _parse(line)
    if not isinstance(asked, dict):
        raise ValueError("这一行不是一个对象。请写成 {“raw”: “≥50家”} 的样子，引号用半角。")
    if asked.get("raw") is None:
        raise ValueError("缺少 raw，没有可读的目标值。")
    for key, label in _KEYS.items():
        if not isinstance(asked.get(key, ""), str | None):
            raise ValueError(f"{key}（{label}）应当是文字。")
    return read_target(asked["raw"], name=asked.get("name") or "", level2=asked.get("level2") or "").to_dict()


def _parse(line: bytes | str) -> Any:
    try:
        text = line.decode("utf-8-sig") if isinstance(line, bytes) else line
    except UnicodeDecodeError:
        raise ValueError("这一行不是 UTF-8 编码。") from None
    try:
        return json.loads(text)
    except json.JSONDecodeError as wrong:
        raise ValueError(f"这一行不是 JSON，第 {wrong.colno} 个字符处读不下去。") from None
    except RecursionError:
        raise ValueError("这一行嵌套太深，读不下去。") from None
    except ValueError:
        raise ValueError("这一行里有读不出的数字。") from None


def _dump(answer: dict[str, Any]) -> str:
    text = json.dumps(answer, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair: only the escaped form can be written
        return json.dumps(answer)
    return text
