"""What many rows of a form lack alike is said in one breath: “还有 18 行没有填实际完成值”.

A form that was opened just now lacks everything in every row. One sentence of each kind counts once wherever findings
are counted, leads to the first row and names the others. A row that somebody has begun says for itself what it lacks.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from perfgoals.documents.evaluation import EvaluationDocument, EvaluationRow
from perfgoals.findings import Finding, Level

# What is lacking, by the code of the finding: of many rows, and of one row under itself.
_LACKS: Mapping[str, str] = MappingProxyType(
    {
        "group_open": "没有选归到哪一组",
        "weight_open": "没有填分值",
        "actual_open": "没有填实际完成值",
        "band_open": "没有写实际完成情况和完成档次",
        "operator_open": "没有填实际完成值，也没有选目标是不少于还是不多于",
        "self_score_open": "没有写自评分",
    }
)
# Which row this is, and for how much: chosen for many rows at once, whatever came of them.
_OF_THE_ROW = frozenset(("group_open", "weight_open"))
# Written by somebody who has begun to say what came of a row.
_RESULTS = ("actual", "band", "self_score", "operator", "rule", "deviation_reason", "evidence", "remark")


def is_begun(row: EvaluationRow) -> bool:
    """Whether something was written about what came of the row."""
    return row.not_applicable or any((getattr(row, column) or "").strip() for column in _RESULTS)


def begun_rows(document: EvaluationDocument) -> frozenset[str]:
    """The ids of the rows that are begun."""
    return frozenset(row.row_id for row in document.indicators if is_begun(row))


def gathered(found: Sequence[Finding], document: EvaluationDocument) -> list[Finding]:
    """The findings with each kind of gap said once, where two rows or more have it."""
    rows = {row.row_id: row for row in document.indicators}
    gaps: dict[str, list[Finding]] = {}
    for finding in found:
        if _is_gap(finding, rows):
            gaps.setdefault(finding.code, []).append(finding)
    many = {code: one for code, one in gaps.items() if len(one) > 1}
    kept: list[Finding] = []
    for finding in found:
        alike = many.get(finding.code, [])
        if finding not in alike:
            kept.append(finding)
        elif finding is alike[0]:
            kept.append(_together(alike, rows))
    return kept


def of_each_row(finding: Finding) -> Iterator[Finding]:
    """A gathered finding as it is said under each of its rows; any other as it is."""
    if not finding.gathered:
        yield finding
        return
    message = f"这一行{_LACKS[finding.code]}。"
    for path in finding.places:
        yield replace(finding, path=path, also=(), gathered=False, message=message)


def _is_gap(finding: Finding, rows: Mapping[str, EvaluationRow]) -> bool:
    row = rows.get(_row_id(finding.path))
    if row is None or finding.level is not Level.ERROR or finding.code not in _LACKS:
        return False
    if finding.code in _OF_THE_ROW:
        return finding.code == "group_open" or not (row.weight or "").strip()
    return not is_begun(row)


def _together(alike: Sequence[Finding], rows: Mapping[str, EvaluationRow]) -> Finding:
    first = alike[0]
    names = "".join(f"“{rows[_row_id(one.path)].name}”" for one in alike[:3])
    more = "等" if len(alike) > 3 else ""
    message = f"还有 {len(alike)} 行{_LACKS[first.code]}：{names}{more}。"
    return replace(first, message=message, also=tuple(one.path for one in alike[1:]), gathered=True)


def _row_id(path: str) -> str:
    return path.split(".")[1] if path.startswith("indicators.") else ""
