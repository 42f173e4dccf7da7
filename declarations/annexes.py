"""What is printed behind an official form: 调整对照表 of an adjusted one, 上年对照表 where it was asked for (F58)."""

from collections.abc import Iterable, Iterator

from declarations.models import Declaration
from declarations.official import Official, official
from declarations.review.comparing import compare
from perfgoals.documents.annex import Annex, AnnexLine, line_of
from perfgoals.documents.paper import printable
from perfgoals.editions import get_edition
from perfgoals.reviewing.comparing import Comparison, RowChange
from perfgoals.workflow import State

ADJUSTMENT, LAST_YEAR = "绩效目标调整对照表", "与上年对照表"


def annexes_of(declaration: Declaration, printed: Official, *, with_year: bool = False) -> tuple[Annex, ...]:
    """The annexes of this form as it is printed today: the same form, the same annexes, byte for byte."""
    found = []
    if declaration.adjusts is not None:
        found.append(_adjustment(declaration, declaration.adjusts, printed))
    if with_year and (previous := last_year_of(declaration)) is not None:
        found.append(_last_year(previous, printed))
    return tuple(found)


def last_year_of(declaration: Declaration) -> Declaration | None:
    """The project's latest approved form of an earlier year."""
    earlier = Declaration.objects.select_related("organization", "project").filter(
        project=declaration.project_id, fiscal_year__lt=declaration.fiscal_year, state=State.APPROVED
    )
    return earlier.order_by("-fiscal_year", "-pk").first()


def comparison_of(old: Official, new: Official, *, same_form: bool) -> Comparison:
    """How one printed form became another."""
    return compare(
        old.document,
        new.document,
        get_edition(old.document.form),
        get_edition(new.document.form),
        same_form=same_form,
    )


def _adjustment(declaration: Declaration, old: Declaration, printed: Official) -> Annex:
    before = official(old)
    comparison = comparison_of(before, printed, same_form=True)
    return Annex(
        title=ADJUSTMENT,
        mark=_mark(printed.document.fingerprint),
        about=(
            ("项目名称", printable(printed.document.project_name or "")),
            ("申报单位", printable(printed.document.declaring_unit)),
            ("年度", f"{printed.document.fiscal_year}年度"),
            ("调整原因", printable(declaration.adjustment_reason)),
            ("调整前的表", f"校验码 {_mark(before.document.fingerprint)}"),
            ("调整后的表", f"校验码 {_mark(printed.document.fingerprint)}"),
            ("变化", comparison.summary),
        ),
        old_heading="调整前",
        new_heading="调整后",
        lines=tuple(_lines(comparison)),
    )


def _last_year(previous: Declaration, printed: Official) -> Annex:
    before = official(previous)
    comparison = comparison_of(before, printed, same_form=False)
    return Annex(
        title=LAST_YEAR,
        mark=_mark(printed.document.fingerprint),
        about=(
            ("项目名称", printable(printed.document.project_name or "")),
            ("申报单位", printable(printed.document.declaring_unit)),
            ("对照", f"{before.document.fiscal_year}年度与{printed.document.fiscal_year}年度"),
            ("变化", comparison.summary),
        ),
        old_heading=f"{before.document.fiscal_year}年度",
        new_heading=f"{printed.document.fiscal_year}年度",
        lines=tuple(_lines(comparison)),
    )


def _lines(comparison: Comparison) -> Iterator[AnnexLine]:
    """Fields, sub-projects and indicators that changed, in the order of the form."""
    for one in comparison.changed_fields:
        yield line_of(one.label, one.path, one.change.pieces)
    yield from _of_rows("子项目", comparison.changed_parts)
    yield from _of_rows("指标", comparison.changed_rows)


def _of_rows(noun: str, rows: Iterable[RowChange]) -> Iterator[AnnexLine]:
    for row in rows:
        if row.kind == "changed":
            for cell in row.cells:
                place = f"{noun}第 {row.number} 行“{row.name}”\n{cell.label}"
                yield line_of(place, f"{row.path}.{cell.column}", cell.pieces)
            continue
        words = "：".join(cell.new or cell.old for cell in row.cells if cell.new or cell.old)
        at = f"第 {row.number} 行" if row.number else "（原有一行）"
        place = f"{noun}{at}\n{row.word}{f'，{row.group}' if row.group else ''}"
        yield line_of(place, row.path, (("insert" if row.kind == "added" else "delete", words),))


def _mark(fingerprint: str) -> str:
    return " ".join(fingerprint[at : at + 4] for at in (0, 4, 8))
