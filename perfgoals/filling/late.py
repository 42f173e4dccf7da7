"""Sending after the deadline: the reason that is asked for, from a short list, in words, or both (X-6)."""

from collections.abc import Mapping

REASONS = (
    "项目或预算刚刚确定",
    "材料要等别的单位",
    "经办人员变动",
    "按退回或指导意见重新论证",
    "系统或网络问题",
)
OTHER = "其他"
LONGEST = 500


def choices() -> tuple[str, ...]:
    return (*REASONS, OTHER)


def comment_of(posted: Mapping[str, str]) -> str:
    """What goes into the record: “经办人员变动：新来的同事十月到岗”. "" where nothing was said; 其他 alone says nothing."""
    words = posted.get("late_words", "").replace("\0", "").strip()[:LONGEST]
    chosen = posted.get("late_reason", "")
    if chosen not in REASONS:
        return words
    return f"{chosen}：{words}" if words else chosen
