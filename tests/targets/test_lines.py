"""``manage.py read_targets``: JSON lines in, JSON lines out, and never a stop at a bad line."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from perfgoals.targets import read_lines

GOOD = '{"raw": "》=50家", "name": "受理企业融资需求", "level2": null}\n'.encode()


def answers(*lines):
    return [(json.loads(text), is_read) for text, is_read in read_lines(lines)]


def test_a_line_becomes_a_reading():
    [(answer, is_read)] = answers(GOOD)
    assert is_read
    assert answer == {
        "raw": "》=50家",
        "kind": "quantitative",
        "operator": ">=",
        "operator_explicit": True,
        "numbers": ["50"],
        "unit": "家",
        "date_from": None,
        "date_to": None,
        "parts": [],
        "doubts": ["wrong_operator_glyph"],
    }


def test_numbers_are_plain_decimals():
    [(answer, _)] = answers('{"raw": "≥0.000001%"}')
    assert answer["numbers"] == ["0.000001"]
    [(answer, _)] = answers('{"raw": "200万笔"}')
    assert answer["numbers"] == ["2000000"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'{"raw": "5"', "不是 JSON"),
        (b"[1]", "不是一个对象"),
        (b"{}", "缺少 raw"),
        (b'{"raw": null}', "缺少 raw"),
        (b'{"raw": 5}', "raw（目标值）应当是文字"),
        (b'{"raw": "5", "name": []}', "name（指标名称）应当是文字"),
        (b'{"raw": "5", "level2": 2}', "level2（二级指标）应当是文字"),
        (b"\xff\xfe", "不是 UTF-8"),
        (b"[" * 100_000, "嵌套太深"),
        (b'{"raw": ' + b"1" * 6000 + b"}", "读不出的数字"),
    ],
)
def test_a_bad_line_is_named_and_the_next_one_is_read(line, said):
    (first, first_read), (second, second_read) = answers(line, b"\n", GOOD)
    assert not first_read
    assert said in first["error"]
    assert first["line"] == 1
    assert second_read
    assert second["numbers"] == ["50"]


def test_half_a_surrogate_pair_can_still_be_written():
    [(text, is_read)] = read_lines([b'{"raw": "\\ud800\\u2265 5%"}'])
    assert is_read
    text.encode()
    assert json.loads(text)["doubts"] == ["odd_characters"]


def test_a_byte_order_mark_is_no_harm():
    [(answer, is_read)] = answers(b"\xef\xbb\xbf" + GOOD)
    assert is_read
    assert answer["unit"] == "家"


def test_command_reads_a_file(tmp_path):
    path = tmp_path / "targets.jsonl"
    path.write_bytes(GOOD * 3)
    out = io.StringIO()
    call_command("read_targets", str(path), stdout=out)
    assert [json.loads(line)["unit"] for line in out.getvalue().splitlines()] == ["家"] * 3


def test_command_ends_with_one_if_a_line_was_bad(tmp_path):
    path = tmp_path / "targets.jsonl"
    path.write_bytes(GOOD + b"oops\n" + GOOD)
    out = io.StringIO()
    with pytest.raises(CommandError, match="有 1 行读不出") as refused:
        call_command("read_targets", str(path), stdout=out)
    assert refused.value.returncode == 1
    first, second, third = map(json.loads, out.getvalue().splitlines())
    assert first == third
    assert second["line"] == 2


def test_command_without_its_file(tmp_path):
    with pytest.raises(CommandError, match="打不开文件"):
        call_command("read_targets", str(tmp_path / "none.jsonl"))
