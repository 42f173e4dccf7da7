"""The word-level difference: exact, readable, and fast on long texts."""

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfgoals.documents.difference import words

TEXTS = st.text(alphabet="中心财政，。；2019ab \n", max_size=60)


@given(TEXTS, TEXTS)
def test_both_texts_can_be_put_together_again(old, new):
    pieces = words(old, new)
    assert "".join(text for operation, text in pieces if operation != "insert") == old
    assert "".join(text for operation, text in pieces if operation != "delete") == new


@given(TEXTS, TEXTS)
def test_no_empty_piece_and_no_two_equal_neighbours(old, new):
    pieces = words(old, new)
    assert all(text for _, text in pieces)
    operations = [operation for operation, _ in pieces]
    assert all(a != b for a, b in itertools.pairwise(operations))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", []),
        ("经信委核定。", "经信委核定。", [("equal", "经信委核定。")]),
        ("", "新", [("insert", "新")]),
        (
            "经信委核定（2019年信息化项目核定意见，见附件2）。",
            "经信委核定。《信息化项目预算编制及采购管理办法》",
            None,
        ),
        (
            "共巡检6次。响应及时。",
            "共巡检12次。响应及时。",
            [("equal", "共巡检"), ("delete", "6"), ("insert", "12"), ("equal", "次。响应及时。")],
        ),
        ("2019年", "2020年", [("delete", "2019"), ("insert", "2020"), ("equal", "年")]),
        (
            "建设平台一期",
            "建设一期",
            [("equal", "建设"), ("delete", "平台"), ("equal", "一期")],
        ),
    ],
)
def test_reads_as_a_person_would_mark_it(old, new, expected):
    pieces = words(old, new)
    if expected is not None:
        assert pieces == expected
    assert "".join(text for operation, text in pieces if operation != "insert") == old


def test_an_unchanged_sentence_is_never_torn():
    old = "中心制定了项目管理办法。财务按制度执行。"
    new = "中心制定了风险防控管理办法。财务按制度执行。新增一句。"
    assert words(old, new)[-2:] == [("equal", "管理办法。财务按制度执行。"), ("insert", "新增一句。")]


def test_two_long_texts_without_anything_in_common_do_not_hang():
    old, new = "的一是在不了有和人这" * 2000, "中大为上个国我以要他" * 2000
    began = time.monotonic()
    assert words(old, new) == [("delete", old), ("insert", new)]
    assert time.monotonic() - began < 5
