"""What every document is, whatever form it comes from: canonical JSON, a fingerprint, and a reader that takes nothing else.

A document is a frozen dataclass derived from ``Canonical``. Its annotations are all that the reader goes by, so a new kind of
document writes down its fields and nothing twice. The JSON is canonical (UTF-8, sorted keys, no insignificant white space),
so equal documents have equal fingerprints.
"""

import datetime
import hashlib
import json
import re
import types
import unicodedata
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass
from decimal import Decimal
from typing import Any, ClassVar, Self, get_args, get_origin

_ROW_ID = re.compile(r"[0-9A-Za-z_-]{1,16}", re.ASCII)
_KINDS: Mapping[type, str] = types.MappingProxyType(
    {str: "文字", int: "整数", bool: "true 或 false", types.NoneType: "null"}
)


class BadDocument(ValueError):
    """The text is not a document of the wanted kind. The message is Chinese and names the place."""


@dataclass(frozen=True, slots=True)
class DateValue:
    """A date as typed (``printed``) and, where it can be read to the day, its ISO form."""

    printed: str
    iso: str | None


class Canonical:
    """A document. ``budget`` maps names to amounts as typed, ``extra`` holds fields that only some editions have."""

    __slots__ = ()
    __dataclass_fields__: ClassVar[dict[str, Any]]
    schema: ClassVar[str]  # "perfgoals-declaration/1"
    what: ClassVar[str]  # what a file of this kind is called
    form: str  # the edition
    budget: Mapping[str, str | None]
    extra: Mapping[str, str]

    def text(self, key: str) -> str:
        """The value of the form field ``key`` (``budget.total``, ``start_date``, an extra field), as typed; "" if empty."""
        if key.startswith("budget."):
            return self.budget.get(key[7:]) or ""
        value = getattr(self, key) if key in self.__dataclass_fields__ else self.extra.get(key)
        if isinstance(value, DateValue):
            return value.printed
        if isinstance(value, bool):
            return "是" if value else "否"
        return value if isinstance(value, str) else ""

    def amount(self, key: str) -> Decimal | None:
        """The amount of ``budget.<key>`` in 元, or None when empty or unreadable."""
        return read_amount(self.budget.get(key) or "")

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"schema": self.schema}

    def to_json(self) -> str:
        """Canonical JSON; its SHA-256 is the fingerprint."""
        return json.dumps(self.to_dict(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the canonical JSON, 64 hex digits; paper carries the first 12."""
        return hashlib.sha256(self.to_json().encode("utf-8", "surrogatepass")).hexdigest()

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read canonical JSON back; ``from_json(d.to_json()) == d``. Raises ``BadDocument``."""
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise BadDocument("不是有效的 JSON 文件。") from error
        return cls.from_dict(data)

    @classmethod
    def from_dict(cls, data: Any) -> Self:
        """The document in parsed JSON. Raises ``BadDocument``."""
        if not isinstance(data, dict) or data.get("schema") != cls.schema:
            raise BadDocument(f"不是{cls.what}文件：schema 应为 {cls.schema}。")
        if unknown := sorted(set(data) - set(cls.__dataclass_fields__) - {"schema"}):
            raise BadDocument(f"有不认识的字段：{'、'.join(unknown)}。")
        document = cls(**_values(cls, data, ""))
        document.check()
        return document

    def check(self) -> None:
        """What annotations cannot say, for a document that was just read. Raises ``BadDocument``."""


# Reading --------------------------------------------------------------------------------------------------------------
def _values(shape: Any, data: Mapping[str, Any], place: str) -> dict[str, Any]:
    """The fields of the dataclass ``shape`` in ``data``; what has a default may be absent."""
    facts = shape.__dataclass_fields__
    needed = [key for key in facts if facts[key].default is MISSING and facts[key].default_factory is MISSING]
    if absent := [key for key in needed if key not in data]:
        raise BadDocument(f"{place}缺 {'、'.join(absent)}。")
    return {
        key: _value(kind, data[key], f"{place}的 {key} " if place else f"“{key}”", key)
        for key, kind in shape.__annotations__.items()
        if key in data
    }


def _value(kind: Any, value: Any, place: str, key: str) -> Any:
    """``value`` as ``kind`` wants it. ``place`` is what a message calls it, ``key`` where it stands."""
    if get_origin(kind) is tuple:
        return _tuple(get_args(kind)[0], value, place, key)
    if get_origin(kind) is Mapping:
        return _table(get_args(kind)[1], value, place)
    if DateValue in get_args(kind):
        return _date(value, place)
    allowed = get_args(kind) or (kind,)
    # bool is an int in Python; in a document it is not.
    if not isinstance(value, allowed) or (isinstance(value, bool) and bool not in allowed):
        if value is None:
            raise BadDocument(f"{place}不能为 null。")
        raise BadDocument(f"{place}应为{'或'.join(_KINDS[one] for one in allowed)}。")
    return value


def _tuple(kind: Any, value: Any, place: str, key: str) -> tuple[Any, ...]:
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise BadDocument(f"{place}应为列表。")
    if kind is str:
        return tuple(_value(str, one, place, key) for one in value)
    rows = tuple(_row(kind, row, f"“{key}[{number}]”") for number, row in enumerate(value, 1))
    if "row_id" in kind.__annotations__:
        _check_row_ids([row.row_id for row in rows], key)
    return rows


def _row(kind: Any, row: Any, place: str) -> Any:
    if not isinstance(row, dict):
        raise BadDocument(f"{place}应为一张表。")
    if unknown := sorted(set(row) - set(kind.__annotations__)):
        raise BadDocument(f"{place}有不认识的字段：{'、'.join(unknown)}。")
    return kind(**_values(kind, row, place))


def _table(kind: Any, value: Any, place: str) -> dict[str, Any]:
    allowed = get_args(kind) or (kind,)
    if not isinstance(value, dict) or not all(isinstance(one, allowed) for one in value.values()):
        raise BadDocument(f"{place}应为文字的表。")
    return value


def _date(value: Any, place: str) -> DateValue | None:
    if value is None:
        return None
    if not isinstance(value, dict) or set(value) != {"printed", "iso"}:
        raise BadDocument(f"{place}应有 printed 和 iso 两项。")
    if not isinstance(value["printed"], str) or not isinstance(value["iso"], str | None):
        raise BadDocument(f"{place}应为文字。")
    return DateValue(**value)


def _check_row_ids(names: list[str], place: str) -> None:
    for number, name in enumerate(names, 1):
        if not _ROW_ID.fullmatch(name):
            raise BadDocument(f"“{place}[{number}]”的 row_id 应为 1 到 16 位字母或数字。")
    if len(set(names)) < len(names):
        raise BadDocument(f"“{place}”的 row_id 有重复。")


# What was typed -------------------------------------------------------------------------------------------------------
# Grouped by threes or not at all: "8,82" is a slip, not eight hundred and eighty-two.
_AMOUNT = re.compile(r"-?(?:\d{1,3}(?:,\d{3}){1,4}|\d{1,13})(?:\.\d{1,2})?", re.ASCII)

_TOO_LARGE = Decimal(10) ** 13  # what a DecimalField(15, 2) and SQLite hold exactly


def read_amount(text: str) -> Decimal | None:
    """An amount in 元 from what was typed (``8,825,000``, ``600000.00``, ``１１０``), or None.

    None also for anything that is not plainly one number of at most 13 integer digits and two decimals: a wrong amount
    is worse than a question.
    """
    plain = unicodedata.normalize("NFKC", text[:60]).strip().removesuffix("元").strip()
    if not _AMOUNT.fullmatch(plain):
        return None
    value = Decimal(plain.replace(",", ""))
    return value if abs(value) < _TOO_LARGE else None


_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")


def read_date(text: str) -> datetime.date | None:
    """A date to the day (``2020-01-01``, ``2020/2/1``, ``2018年1月1日``), or None. Never guesses a part."""
    plain = unicodedata.normalize("NFKC", text).strip()
    found = _DATE.fullmatch(plain) or _COMPACT_DATE.fullmatch(plain)
    if not found:
        return None
    try:
        return datetime.date(*(int(part) for part in found.groups()))
    except ValueError:
        return None
