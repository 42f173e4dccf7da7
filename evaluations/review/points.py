"""The reviewer's points as a page posts them: every row that was changed is kept, what cannot be kept says why (F88).

A page prints for each row what it showed (``was``). A row that somebody changed since, in another tab perhaps, is not
overwritten: the page comes again with both.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError

from evaluations.models import Evaluation, EvaluationRow
from evaluations.reviewing import give_points
from perfgoals.accounts.models import User
from perfgoals.filling.posting import digest, plain
from perfgoals.workflow import StateConflict

MOST = 400


@dataclass(frozen=True, slots=True)
class Typed:
    """Points and reason of one row as they stand in their boxes; ``was`` tells what was kept when the page was made."""

    points: str = ""
    reason: str = ""
    was: str = ""


def kept_as(row: EvaluationRow | None) -> Typed:
    """What is kept of a row."""
    if row is None:
        return Typed()
    points, reason = row.reviewer_score_typed, row.reviewer_reason
    return Typed(points, reason, digest(f"{points}\n{reason}"))


def posted_points(post: Mapping[str, str]) -> dict[str, Typed]:
    """What the page says of each row that it showed, by row id."""
    prefix = "points:indicators."
    ids = [key[len(prefix) :] for key in post if key.startswith(prefix)][:MOST]
    return {
        row_id: Typed(
            plain(post.get(f"points:indicators.{row_id}", "")).strip(),
            plain(post.get(f"why:indicators.{row_id}", "")).strip(),
            post.get(f"was:indicators.{row_id}", ""),
        )
        for row_id in ids
    }


def keep_points(evaluation: Evaluation, typed: Mapping[str, Typed], *, actor: User) -> dict[str, str]:
    """Keep every row that differs from what is kept. What was refused, by row id, with the reason in Chinese.

    ``evaluation`` has its new version afterwards. Raises ``PermissionDenied``.
    """
    rows = {row.row_id: row for row in evaluation.indicators.filter(is_vanished=False)} if typed else {}
    wrong: dict[str, str] = {}
    for row_id, said in typed.items():
        kept = kept_as(rows.get(row_id))
        if (said.points, said.reason) == (kept.points, kept.reason):
            continue
        if row_id in rows and said.was and said.was != kept.was:
            wrong[row_id] = (
                f"这一行刚刚在别处写了：{kept.points or '没有审核分'}{_why(kept.reason)}。看过再记。"
            )
            continue
        if said.reason and not said.points:
            wrong[row_id] = "写了意见，没有写审核分。不同意单位的得分就写上分数，同意就都空着。"
            continue
        try:
            give_points(evaluation, row_id, said.points, said.reason, actor=actor, version=evaluation.version)
        except ValidationError as refused:
            wrong[row_id] = refused.messages[0]
        except StateConflict:
            wrong[row_id] = "别人刚刚改过这张表，这一行没有记下。看过现在的表再记。"
    return wrong


def _why(reason: str) -> str:
    return f"，{reason[:60]}" if reason else ""
