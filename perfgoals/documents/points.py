"""Computed points on their way to paper: what a score sheet settles where the form does not say it itself."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, slots=True)
class Points:
    """Printed 得分 by row id, of the execution and of the whole, as text; "" leaves the place to the document."""

    rows: Mapping[str, str] = field(default_factory=dict)
    execution: str = ""
    total: str = ""

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Points":
        """What ``to_json`` wrote; nothing else is read."""
        return cls(**json.loads(text))
