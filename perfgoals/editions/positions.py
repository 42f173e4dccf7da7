"""Where things stand in a TOML text: the line of every table, key and element.

``tomllib`` gives values without places. ``lines_of`` walks a text that ``tomllib`` has accepted and returns a map from
the path of each value (``("sections", 0, "fields", 2, "label")``) to its line, counted from 1.
"""

import re

Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BARE_VALUE = re.compile(r"[^,\]}#\n]+")
_STRINGS = (
    re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}', re.DOTALL),
    re.compile(r"'''.*?'{3,5}", re.DOTALL),
    re.compile(r'"(?:[^"\\\n]|\\.)*"'),
    re.compile(r"'[^'\n]*'"),
)


def lines_of(text: str) -> dict[Path, int]:
    """The line of every value by its path. ``text`` must be valid TOML."""
    return _Walker(text).walk()


def nearest_line(lines: dict[Path, int], path: Path) -> int:
    """The line of ``path`` or, where it does not exist, of the innermost thing around it."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


class _Walker:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {}
        self.counts: dict[Path, int] = {}  # elements so far of each array of tables

    def walk(self) -> dict[Path, int]:
        here: Path = ()
        while self._skip(_BLANK) < len(self.text):
            start = self.at
            if self.text.startswith("[", start):
                here = self._header()
                self._mark(here, start)
            else:
                self._pair(here)
        return self.lines

    def _skip(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.at

    def _mark(self, path: Path, start: int) -> None:
        self.lines.setdefault(path, self.text.count("\n", 0, start) + 1)

    def _header(self) -> Path:
        start = self.at
        repeated = self.text.startswith("[[", start)
        self.at += 2 if repeated else 1
        *outer, last = self._key()
        self.at += 2 if repeated else 1
        path: Path = ()
        for part in outer:
            path = self._last_element((*path, part))
        path = (*path, last)
        if repeated:
            self._mark(path, start)
            self.counts[path] = self.counts.get(path, 0) + 1
        return self._last_element(path)

    def _last_element(self, path: Path) -> Path:
        return (*path, self.counts[path] - 1) if path in self.counts else path

    def _key(self) -> list[str]:
        """A dotted key; stops behind it."""
        parts = []
        while True:
            self._skip(_SPACE)
            if self.text[self.at] in "\"'":
                parts.append(self._string()[1:-1])
            else:
                start = self.at
                parts.append(self.text[start : self._skip(_BARE_KEY)])
            self._skip(_SPACE)
            if not self.text.startswith(".", self.at):
                return parts
            self.at += 1

    def _pair(self, here: Path) -> None:
        start = self.at
        for part in self._key():
            here = (*here, part)
            self._mark(here, start)
        self.at += 1  # the equals sign
        self._skip(_SPACE)
        self._value(here)

    def _string(self) -> str:
        start = self.at
        for pattern in _STRINGS:
            if found := pattern.match(self.text, start):
                self.at = found.end()
                return found.group()
        raise ValueError(f"no string at {start}")

    def _value(self, path: Path) -> None:
        self._mark(path, self.at)
        match self.text[self.at]:
            case "[":
                self._array(path)
            case "{":
                self._inline_table(path)
            case '"' | "'":
                self._string()
            case _:
                self._skip(_BARE_VALUE)

    def _array(self, path: Path) -> None:
        self.at += 1
        number = 0
        while True:
            self._skip(_BLANK)
            if self.text[self.at] == "]":
                self.at += 1
                return
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self._value((*path, number))
            number += 1

    def _inline_table(self, path: Path) -> None:
        self.at += 1
        while True:
            self._skip(_BLANK)
            if self.text[self.at] == "}":
                self.at += 1
                return
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self._pair(path)
