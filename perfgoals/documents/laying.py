"""What the papers after a target share: self-evaluations and monitoring reports, laid out by their edition's data.

Labels, heads and order come from the edition; nothing here knows a form by name. Three conventions of that data decide the
layout: an amount whose label holds a space (“年度资金总额 年初预算数”) is a cell of the money table, a section of two texts
prints them side by side under its title, and dates and grades take a row of their own while other short fields stand two by
two.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Generic, TypeVar

from perfgoals.documents.evaluation import EvaluationDocument, EvaluationRow
from perfgoals.documents.monitoring import MonitoringDocument, MonitoringRow
from perfgoals.documents.parts import Group, IndicatorTable, Line, Paper, Place, Row
from perfgoals.documents.placing import merged, place_of, printable, tinted
from perfgoals.editions import Edition, Field

D = TypeVar("D", bound=EvaluationDocument | MonitoringDocument)

UNIT = "budget_unit"
_LABEL = 6  # characters of a line in the label of a level-2 group
_SHORT = ("text", "yes_no", "amount", "rate")
_CENT = Decimal("0.01")


class Laying(ABC, Generic[D]):
    """One form on its way to paper; ``paper()`` is the end of it."""

    def __init__(self, document: D, edition: Edition, tints: Mapping[str, str]) -> None:
        self.document, self.edition, self.tints = document, edition, tints
        fields = [one for one in edition.printed_fields if one.kind != "indicators"]
        self.unit = printable(document.budget_unit)
        self.places = {one.key: place_of(document, edition, one, tints) for one in fields}
        self.places[UNIT] = Place(UNIT, edition.unit_label, self.unit, tint=tints.get(UNIT, ""))

    # What differs from kind to kind -----------------------------------------------------------------------------------
    @abstractmethod
    def money_heads(self, heads: Sequence[str], rate: str) -> tuple[str, ...]:
        """The heads of the money table; ``rate`` is the edition's word for the execution rate."""

    @abstractmethod
    def money_cells(
        self, cells: Sequence[Field], shown: Sequence[Place], *, is_whole: bool
    ) -> tuple[Place, ...]:
        """The cells under these heads for one source; ``shown`` are its amounts, the whole stands first."""

    @abstractmethod
    def indicators(self, one: Field) -> IndicatorTable:
        """The table of the indicators."""

    # The sheet --------------------------------------------------------------------------------------------------------
    def paper(self) -> Paper:
        edition, style, fields = self.edition, self.edition.style, self.edition.printed_fields
        year = style.year_line.replace("{year}", str(self.document.fiscal_year))
        split = next(number for number, one in enumerate(fields) if one.kind == "indicators")
        return Paper(
            form=edition.id,
            layout=edition.same_form_as,
            landscape=style.landscape,
            title=year + edition.title if style.year_in_title else edition.title,
            year_line="" if style.year_in_title else year,
            unit_label="",
            unit=self.unit,
            fingerprint=self.document.fingerprint,
            rows=tuple(self._rows(fields[:split])),
            indicators=self.indicators(fields[split]),
            tail=tuple(self._rows(fields[split + 1 :])),
            budget_heading=edition.budget_heading,
            section_titles={section.key: section.title for section in edition.sections},
            places={key.replace(".", "_"): place for key, place in self.places.items()},
            page_numbers=style.page_numbers,
            labels_centred=not any(one.label.endswith(("：", ":")) for one in fields),
            notes=edition.footer_notes,
        )

    # Above the indicators ---------------------------------------------------------------------------------------------
    def _rows(self, fields: Sequence[Field]) -> Iterator[Row]:
        """Fields in print order; the unit stands after its department, else after the project's name."""
        keys = [one.key for one in fields]
        after = next((key for key in ("competent_department", "project_name") if key in keys), "")
        short: list[Place] = []
        done: set[str] = set()
        for one in fields:
            if one.key in done:
                continue
            if one.kind in _SHORT and not self._is_money(one):
                short.append(self.places[one.key])
                if one.key == after:
                    short.append(self.places[UNIT])
                continue
            yield from _paired(short)
            short = []
            row, used = self._alone(one, fields)
            done.update(used)
            yield row
        yield from _paired(short)

    def _alone(self, one: Field, fields: Sequence[Field]) -> tuple[Row, set[str]]:
        """The row that begins with this field, and the fields that stand in it."""
        if self._is_money(one):
            inside = [other for other in fields if self._is_money(other)]
            return self._money([other for other in inside if other.kind == "amount"]), {f.key for f in inside}
        section = self.edition.section_of[one.key]
        if len(section.fields) == 2 and all(other.kind == "paragraph" for other in section.fields):
            both = tuple(self.places[other.key] for other in section.fields)
            return Row("beside", both, label=section.title), {other.key for other in section.fields}
        kind = "long" if one.kind == "paragraph" else "single"
        return Row(kind, (self.places[one.key],)), {one.key}

    def _is_money(self, one: Field) -> bool:
        """An amount of the money table, or the rate that stands in it."""
        if one.kind == "amount":
            return " " in one.label
        section = self.edition.section_of[one.key]
        return one.kind == "rate" and any(self._is_money(f) for f in section.fields if f.kind == "amount")

    def _money(self, amounts: Sequence[Field]) -> Row:
        """Sources down, amounts across."""
        names = list(dict.fromkeys(one.label.partition(" ")[0] for one in amounts))
        heads = list(dict.fromkeys(one.label.partition(" ")[2] for one in amounts))
        rate = self.places.get("budget.execution_rate")
        lines = []
        for number, name in enumerate(names):
            cells = [one for one in amounts if one.label.partition(" ")[0] == name]
            group = Group(
                "money", self.edition.budget_heading, len(names) + 1, first=False, last=name == names[-1]
            )
            shown = [tinted(replace(self.places[one.key], label=""), self.tints) for one in cells]
            line = (Place("", "", name, "label"), *self.money_cells(cells, shown, is_whole=number == 0))
            lines.append(Line(f"money{number}", (group,), line))
        columns = ("", *self.money_heads(heads, rate.label if rate else "执行率"))
        return Row(
            "money", label=self.edition.budget_heading, path=amounts[0].key, columns=columns, lines=tuple(lines)
        )

    def rate_place(self, cells: Sequence[Field], *, base: str, is_whole: bool) -> Place:
        """The execution rate of one source against ``base``: of the whole what the form says itself, else computed."""
        computed = self._rate(cells, base)
        typed = self.places.get("budget.execution_rate")
        if not is_whole or typed is None:
            return Place("", "", computed, "number")
        return replace(typed, text=typed.text or computed, kind="number")

    def _rate(self, cells: Sequence[Field], base: str) -> str:
        """What was executed ÷ ``base`` in percent, or nothing where it cannot be computed."""
        amounts = {one.key[7:]: self.document.amount(one.key[7:]) for one in cells}
        executed = next((value for key, value in amounts.items() if key.startswith("executed")), None)
        whole = next((value for key, value in amounts.items() if key.startswith(base)), None)
        if executed is None or whole is None or whole <= 0 or executed < 0:
            return ""
        return f"{(executed * 100 / whole).quantize(_CENT, ROUND_HALF_UP)}%"

    # Indicators -------------------------------------------------------------------------------------------------------
    def groups(
        self, rows: Sequence[EvaluationRow] | Sequence[MonitoringRow], levels: int, side: str
    ) -> list[tuple[Group, ...]]:
        """The merged labels of each row, the heading beside all of them first where the form has one."""
        names = [(self.group_label(row.level1), _in_two(row.level2 or ""))[:levels] for row in rows]
        columns = [list(merged([name[: level + 1] for name in names], level)) for level in range(levels)]
        if side:
            columns.insert(0, list(merged([(side,)] * len(rows), 0, key="side")))
        return list(zip(*columns, strict=True))

    def group_label(self, level1: str) -> str:
        return level1


def kept(groups: Sequence[Group], *, side: str) -> dict[str, bool]:
    """How a row holds to its neighbours: a part of a group on either page has at least two rows, for its label."""
    inner = groups[1:] if side else groups
    return {
        "keep_with_next": any(group.first and not group.last for group in inner),
        "keep_with_previous": any(group.last and not group.first for group in inner),
    }


def _paired(places: Sequence[Place]) -> Iterator[Row]:
    """Two beside each other; of an odd number the first takes a row of its own."""
    odd = len(places) % 2
    if odd:
        yield Row("single", (places[0],))
    for number in range(odd, len(places), 2):
        yield Row("pair", tuple(places[number : number + 2]))


def _in_two(label: str) -> str:
    """“可持续影响指标” breaks before 指标, not before its last character."""
    if len(label) <= _LABEL or not label.endswith("指标"):
        return label
    at = len(label) - 2 if len(label) - 2 <= _LABEL else len(label) // 2
    return f"{label[:at]}\n{label[at:]}"
