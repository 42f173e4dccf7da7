"""The page of one drawn form: what is looked at, what was typed, and what is wrong with it, for the template."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from evaluations.official import Scored
from evaluations.spot_checks.judging import Judged, Page, RowBefore, Said, rows_before
from evaluations.spot_checks.models import SpotCase
from evaluations.spot_checks.scheme import Part, Question, Scheme
from perfgoals.filling.editing import clean

# Texts of the form that a rechecker reads, in its order.
TEXTS = (
    ("annual_goal", "年度总目标"),
    ("actual_completion", "实际完成情况"),
    ("main_results", "主要绩效"),
    ("main_problems", "主要问题"),
    ("improvement_measures", "改进措施"),
)


@dataclass(frozen=True)
class Typed:
    """Points and reason of one line with the messages at them."""

    name: str
    said: Said
    points_error: str
    reason_error: str

    @property
    def is_wrong(self) -> bool:
        return bool(self.points_error or self.reason_error)


@dataclass(frozen=True)
class QuestionLine:
    question: Question
    typed: Typed


@dataclass(frozen=True)
class PartLines:
    part: Part
    lines: tuple[QuestionLine, ...]


@dataclass(frozen=True)
class RowLine:
    row: RowBefore
    typed: Typed
    evidence: tuple[Any, ...]
    evidence_note: str


def read_page(posted: Mapping[str, str], scheme: Scheme, found: Scored) -> Page:
    """What was posted, for the questions and rows there are; anything else is nobody's."""

    def said(name: str) -> Said:
        points = clean(posted.get(f"{name}-points", ""), single_line=True).strip()
        return Said(points, clean(posted.get(f"{name}-reason", ""), single_line=False).strip())

    return Page(
        {question.key: said(f"answer-{question.key}") for question in scheme.questions},
        {row.row_id: said(f"row-{row.row_id}") for row in found.sheet.rows},
        clean(posted.get("opinion", ""), single_line=False).strip(),
    )


def _named(errors: Mapping[str, str], scheme: Scheme, rows: list[RowLine]) -> Iterator[tuple[str, str, str]]:
    """Control, what it is called, what is wrong with it."""
    called = {f"answer-{question.key}": question.label for question in scheme.questions}
    called |= {line.typed.name: f"第 {line.row.number} 行" for line in rows}
    for name, message in errors.items():
        yield name, called.get(name.rpartition("-")[0], ""), message


def context(
    case: SpotCase,
    found: Scored,
    scheme: Scheme,
    page: Page,
    judged: Judged,
    *,
    errors: Mapping[str, str],
    evidence: Mapping[str, list[Any]],
) -> dict[str, Any]:
    """For ``case.html``. ``errors`` are those to be shown: none on a page that is only being filled in."""

    def typed(name: str, said: Said | None) -> Typed:
        return Typed(name, said or Said(), errors.get(f"{name}-points", ""), errors.get(f"{name}-reason", ""))

    notes = {row.row_id: row.evidence for row in found.document.indicators}
    rows = [
        RowLine(
            row,
            typed(f"row-{row.row_id}", page.rows.get(row.row_id)),
            tuple(evidence.get(row.row_id, ())),
            notes[row.row_id],
        )
        for row in rows_before(found.document, found.sheet)
    ]
    parts = [
        PartLines(
            part,
            tuple(
                QuestionLine(question, typed(f"answer-{question.key}", page.answers.get(question.key)))
                for question in part.questions
            ),
        )
        for part in scheme.parts
    ]
    texts = [(label, getattr(found.document, key)) for key, label in TEXTS]
    return {
        "rows": rows,
        "parts": parts,
        "texts": [(label, text) for label, text in texts if text],
        "opinion": page.opinion,
        "opinion_error": errors.get("opinion", ""),
        "errors": errors,
        "error_list": list(_named(errors, scheme, rows)),
        "judged": judged,
        "files": evidence.get("", []),
        "is_reviewed": any(line.row.reviewer is not None for line in rows),
    }
