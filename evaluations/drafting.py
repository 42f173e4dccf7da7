"""A first draft of 主要绩效, 存在问题 and 改进措施 from the form's own data (F90).

Pure: document and score in, sentences out, the same each time. A sentence is a row of segments: plain words of ours, or
(text, path) for everything taken or computed from the form, so that a page can link each number to where it stands. Words
of ours hold no digit. Nothing is invented: where data is missing there is no sentence, and a measure nobody wrote is
named as open (``is_open``) and left out of the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from evaluations.scoring import Basis, RowScore, ScoreSheet, score
from evaluations.scoring.arithmetic import show
from evaluations.scoring.bands import band_of
from perfgoals.documents.evaluation import EvaluationDocument, EvaluationRow
from perfgoals.editions import Edition

Segment = str | tuple[str, str]

# Under this execution rate a reason is asked for in practice (domain 3.9).
LOW_EXECUTION = Decimal(90)
# Where a text about a deviation goes over from its reasons to what is done about them.
_MEASURES = re.compile(r"(?:(?:整改|改进)(?:措施|情况)|下一步(?:措施|工作|打算)?)\s*[：:，,]\s*")
_REASONS = re.compile(r"^\s*(?:偏差)?原因(?:分析)?\s*[：:]\s*")


# The texts of a form that a draft may be put into.
KEYS = frozenset({"main_results", "actual_completion", "main_problems", "improvement_measures"})


@dataclass(frozen=True, slots=True)
class Sentence:
    """``is_open``: names what a person has to write about; not part of the text."""

    segments: tuple[Segment, ...]
    is_open: bool = False

    @property
    def text(self) -> str:
        return "".join(one if isinstance(one, str) else one[0] for one in self.segments)


@dataclass(frozen=True, slots=True)
class Draft:
    """Sentences for one text of the form. ``key`` is its field, "" where the form has no such field."""

    key: str
    sentences: tuple[Sentence, ...]

    @property
    def text(self) -> str:
        """What may be put into the field: sentences without those that a person must complete."""
        return "".join(one.text for one in self.sentences if not one.is_open)


@dataclass(frozen=True, slots=True)
class Drafts:
    results: Draft
    problems: Draft
    measures: Draft


def draft(document: EvaluationDocument, edition: Edition, sheet: ScoreSheet | None = None) -> Drafts:
    """The three texts. Raises ``NoRules`` for an edition without a rule set."""
    writer = _Writer(document, edition, sheet or score(document, edition))
    results = "main_results" if "main_results" in edition.fields else "actual_completion"
    return Drafts(
        Draft(_known(edition, results), tuple(writer.results())),
        Draft(_known(edition, "main_problems"), tuple(writer.problems())),
        Draft(_known(edition, "improvement_measures"), tuple(writer.measures())),
    )


def _known(edition: Edition, key: str) -> str:
    return key if key in edition.fields else ""


class _Writer:
    """One form with its score."""

    def __init__(self, document: EvaluationDocument, edition: Edition, sheet: ScoreSheet) -> None:
        self.document, self.edition, self.sheet = document, edition, sheet
        self.rows = [
            (row, scored)
            for row, scored in zip(document.indicators, sheet.rows, strict=True)
            if row.name.strip()
        ]

    # The three texts ----------------------------------------------------------------------------------------------------
    def results(self) -> Iterator[Sentence]:
        yield from self._money()
        met = [(row, scored) for row, scored in self.rows if _is_met(scored) and self._done(row)]
        if met:
            total, done = (str(len(self.document.indicators)), str(len(met)))
            yield _said(
                "设定的",
                (total, "indicators"),
                "个指标中，有实际完成值且达到目标的",
                (done, "indicators"),
                "个。",
            )
        for _, group in groupby(met, key=lambda pair: pair[0].level1):
            yield self._group([row for row, _ in group])
        total_points = self.sheet.total.total
        if total_points is not None:
            grade = self.sheet.total.grade
            ending: tuple[Segment, ...] = ("分，等级", (grade, "grade"), "。") if grade else ("分。",)
            yield _said("自评总分", (show(total_points), "totals.self_score"), *ending)

    def problems(self) -> Iterator[Sentence]:
        yield from self._unspent()
        for row, scored in self.rows:
            if lost := _lost(scored):
                yield self._loss(row, scored, lost)
            elif any(flag.code == "far_over" for flag in scored.settled.flags):
                yield _said(*self._compared(row), "，实际远超目标。")

    def measures(self) -> Iterator[Sentence]:
        """What the unit wrote after “改进措施：” beside a row; for other rows with lost points only the subject."""
        for row, scored in self.rows:
            if not _lost(scored):
                continue
            if measure := _split(row.deviation_reason)[1]:
                yield _said("针对", _name(row), "：", (measure, _path(row, "deviation_reason")), "。")
            else:
                yield Sentence(("针对", _name(row), *self._gap(row, scored), "："), is_open=True)

    # Money --------------------------------------------------------------------------------------------------------------
    def _money(self) -> Iterator[Sentence]:
        whole, executed = self.document.amount("current_year"), self.document.amount("executed")
        if whole is None or executed is None:
            return
        said: list[Segment] = []
        initial = self.document.amount("initial")
        if initial is not None and initial != whole:
            said += ["年初预算", self._amount(initial, "initial"), "元，调整后"]
        said += ["全年预算", self._amount(whole, "current_year"), "元，实际支出"]
        said += [self._amount(executed, "executed"), "元"]
        if self.sheet.execution.rate is not None:
            said += ["，预算执行率", self._rate()]
        yield _said(*said, "。")

    def _unspent(self) -> Iterator[Sentence]:
        rate, inputs = self.sheet.execution.rate, self.sheet.execution.inputs
        if rate is None or rate >= LOW_EXECUTION or inputs.adjusted is None or inputs.executed is None:
            return
        left = self._amount(inputs.adjusted - inputs.executed, "executed")
        yield _said("预算执行率", self._rate(), "，还有", left, "元没有支出。")

    def _amount(self, amount: Decimal, key: str) -> Segment:
        return self.edition.style.amount(amount), f"budget.{key}"

    def _rate(self) -> Segment:
        return f"{self.sheet.execution.rate}%", "budget.execution_rate"

    # Rows ---------------------------------------------------------------------------------------------------------------
    def _group(self, rows: list[EvaluationRow]) -> Sentence:
        """“产出指标：“a”实际6次（目标≥6次）；“b”达成年度指标。”"""
        said: list[Segment] = [(_plain(rows[0].level1), _path(rows[0], "level1")), "："]
        for number, row in enumerate(rows):
            said += ["；"] if number else []
            said += [_name(row), *self._done(row)]
            if row.target.strip():
                said += ["（目标", (_plain(row.target), _path(row, "target")), "）"]
        return _said(*said, "。")

    def _done(self, row: EvaluationRow) -> tuple[Segment, ...]:
        """What came of a row: its actual value, or the band that was chosen; nothing without either."""
        if row.actual.strip():
            return "实际", (_plain(row.actual), _path(row, "actual"))
        band = band_of(self.sheet.rules, row.band) if row.band else None
        return ("完成档次为", (band.label, _path(row, "band"))) if band else ()

    def _compared(self, row: EvaluationRow) -> tuple[Segment, ...]:
        target: tuple[Segment, ...] = ()
        if row.target.strip():
            target = ("目标", (_plain(row.target), _path(row, "target")))
        done = self._done(row)
        return (_name(row), *target, *(("，",) if target and done else ()), *done)

    def _loss(self, row: EvaluationRow, scored: RowScore, lost: Decimal) -> Sentence:
        points, weight = scored.settled.points, scored.settled.inputs.weight
        place = _path(row, "self_score")
        said: list[Segment] = [*self._compared(row), "，"]
        said += ["分值", (show(weight or Decimal(0)), _path(row, "weight")), "分，得"]
        said += [(show(points or Decimal(0)), place), "分，扣", (show(lost), place), "分"]
        if reason := _split(row.deviation_reason)[0]:
            said += ["。原因：", (reason, _path(row, "deviation_reason"))]
        return _said(*said, "。")

    def _gap(self, row: EvaluationRow, scored: RowScore) -> tuple[Segment, ...]:
        gap = scored.settled.to_full
        return ("（", (gap, _path(row, "actual")), "）") if gap else ()


def _said(*segments: Segment) -> Sentence:
    return Sentence(segments)


def _path(row: EvaluationRow, key: str) -> str:
    return f"indicators.{row.row_id}.{key}"


def _name(row: EvaluationRow) -> Segment:
    return f"“{_plain(row.name)}”", _path(row, "name")


def _plain(text: str) -> str:
    """On one line."""
    return " ".join(text.split())


def _is_met(scored: RowScore) -> bool:
    """Full points that the data bears out: computed, or judged in a band. A unit's bare word is no result."""
    settled = scored.settled
    if settled.basis is Basis.JUDGED:
        return settled.points == settled.inputs.weight
    return settled.computed is not None and settled.computed == settled.inputs.weight


def _lost(scored: RowScore) -> Decimal:
    """Points under the weight; zero while a person has to decide."""
    points, weight = scored.settled.points, scored.settled.inputs.weight
    return weight - points if points is not None and weight is not None and points < weight else Decimal(0)


def _split(text: str) -> tuple[str, str]:
    """Reason and measure of what was written about a deviation, without their headings and last full stops."""
    reason, *rest = _MEASURES.split(text, maxsplit=1)
    ends = "。；;，, \n\t　"
    return _REASONS.sub("", _plain(reason)).strip(ends), _plain(rest[0] if rest else "").strip(ends)
