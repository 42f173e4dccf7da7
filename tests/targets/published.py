"""The 421 indicators of the published forms, and how a reading is written in the golden table.

``python -m tests.targets.published`` writes the table anew; every changed line is then
compared by eye with the domain digest before it is committed.
"""

import json
from pathlib import Path

from perfgoals.targets import Kind, TargetReading, print_reading, read_target

SEEDS = Path(__file__).parent.parent / "seeds"
GOLDEN = Path(__file__).parent / "seed_readings.json"


def indicators():
    """(record, seq, name, level2, target as printed) of every published indicator."""
    for path in sorted(SEEDS.glob("*.json")):
        yield from _walk(json.loads(path.read_text("utf-8")), path.stem)


def _walk(node, record):
    if isinstance(node, list):
        for item in node:
            yield from _walk(item, record)
    elif isinstance(node, dict):
        record = node.get("id", record)
        if "target_as_printed" in node:
            yield record, node["seq"], node["name"], node.get("level2") or "", node["target_as_printed"]
        for item in node.values():
            yield from _walk(item, record)


def written(reading: TargetReading) -> str:
    """A reading in one line: kind, operator (``?`` if only proposed), value, unit or date, doubts."""
    operator = reading.operator or "-"
    if reading.operator and not reading.operator_explicit:
        operator += "?"
    value = " ".join(format(number, "f") for number in reading.numbers)
    dates = f"{reading.date_from or ''}..{reading.date_to or ''}" if reading.kind is Kind.DEADLINE else ""
    parts = " & ".join(print_reading(part) for part in reading.parts)
    facts = [reading.kind.value, operator, value, reading.unit, dates, parts, ",".join(reading.doubts)]
    return " | ".join(fact for fact in facts if fact)


def table():
    return [
        [record, seq, level2, name, raw, written(read_target(raw, name=name, level2=level2))]
        for record, seq, name, level2, raw in indicators()
    ]


if __name__ == "__main__":
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in table())
    GOLDEN.write_text(f"[\n{lines}\n]\n", "utf-8")
