"""Every indicator of the published forms is read as the reviewed golden table says."""

import json

import pytest

from perfgoals.targets import DOUBT_LABELS, Kind, print_reading, read_target
from tests.targets.published import GOLDEN, indicators, written

PINNED = json.loads(GOLDEN.read_text("utf-8"))


def test_the_golden_table_has_every_published_indicator():
    published = [[record, seq, level2, name, raw] for record, seq, name, level2, raw in indicators()]
    assert len(published) == 421
    assert [row[:5] for row in PINNED] == published


@pytest.mark.parametrize("row", PINNED, ids=[f"{row[0]}-{row[1]}" for row in PINNED])
def test_published_indicator(row):
    _record, _seq, level2, name, raw, expected = row
    reading = read_target(raw, name=name, level2=level2)
    assert written(reading) == expected
    assert set(reading.doubts) <= DOUBT_LABELS.keys()
    if reading.kind is Kind.QUANTITATIVE:
        again = read_target(print_reading(reading))
        assert (again.operator, again.numbers, again.unit) == (reading.operator, reading.numbers, reading.unit)
        assert again.operator_explicit


@pytest.mark.parametrize(
    "raw",
    ["=1.00份", "》=50家", "≤0.01%", "<=2小时", "参加培训人数不少于2500人", "一年2次以上会议", "达到98%以上"],
)
def test_context_never_changes_an_explicit_reading(raw):
    plain = read_target(raw)
    for name, level2 in [
        ("投诉率", "满意度"),
        ("采购成本", "成本"),
        ("完成时间", "时效"),
        ("培训人数（人）", "数量"),
    ]:
        reading = read_target(raw, name=name, level2=level2)
        assert (reading.kind, reading.operator, reading.numbers, reading.unit) == (
            plain.kind,
            plain.operator,
            plain.numbers,
            plain.unit,
        )
