"""JSON Schemas of documents, made from their classes; every key that the canonical JSON has is required."""

import types
from collections.abc import Mapping
from typing import Any, get_args, get_origin

from perfgoals.documents.canonical import Canonical, DateValue

TEXT = {"$ref": "#/$defs/text"}
_NAMES = {str: "string", int: "integer", bool: "boolean", types.NoneType: "null"}


def schema_of(
    shape: type[Canonical],
    title: str,
    description: str,
    says: Mapping[str, str],
    narrower: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """The schema as data. ``says`` describes every field of the document and of its rows, ``narrower`` what else holds."""
    made = _Maker(says, narrower or {})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": shape.schema,
        "title": title,
        "description": f"{description}: UTF-8, keys sorted, no insignificant white space. "
        "Values are as typed; null means empty or not on this form. SHA-256 of the text is the fingerprint.",
        **made.object(shape, {"schema": {"const": shape.schema}}),
        "$defs": {
            "text": {"type": ["string", "null"]},
            "row_id": {"type": "string", "pattern": "^[0-9A-Za-z_-]{1,16}$", "description": "行的不变编号"},
            **({"date": _date()} if made.has_dates else {}),
        },
    }


def _date() -> dict[str, Any]:
    return {
        "type": ["object", "null"],
        "additionalProperties": False,
        "required": ["printed", "iso"],
        "properties": {"printed": {"type": "string"}, "iso": TEXT},
    }


class _Maker:
    def __init__(self, says: Mapping[str, str], narrower: Mapping[str, Mapping[str, Any]]) -> None:
        self.says, self.narrower, self.has_dates = says, narrower, False

    def object(self, shape: type[Any], first: dict[str, Any]) -> dict[str, Any]:
        properties = first | {key: self._property(key, kind) for key, kind in shape.__annotations__.items()}
        return {
            "type": "object",
            "additionalProperties": False,
            "required": list(properties),
            "properties": properties,
        }

    def _property(self, key: str, kind: Any) -> dict[str, Any]:
        if key == "row_id":
            return {"$ref": "#/$defs/row_id"}
        return self._type(kind) | {"description": self.says[key]} | dict(self.narrower.get(key, {}))

    def _type(self, kind: Any) -> dict[str, Any]:
        if get_origin(kind) is tuple:
            inner = get_args(kind)[0]
            return {"type": "array", "items": {"type": "string"} if inner is str else self.object(inner, {})}
        if get_origin(kind) is not None and issubclass(get_origin(kind), Mapping):
            return {"type": "object", "additionalProperties": self._type(get_args(kind)[1])}
        parts = get_args(kind) or (kind,)
        if DateValue in parts:
            self.has_dates = True
            return {"$ref": "#/$defs/date"}
        if parts == (str, types.NoneType):
            return TEXT
        kinds = [_NAMES[part] for part in parts]
        return {"type": kinds[0] if len(kinds) == 1 else kinds}
