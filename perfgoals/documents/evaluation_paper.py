"""A self-evaluation as its official form shows it: the same plain context as a declaration's, with what only these have.

Labels, heads and order come from the edition; nothing here knows a form by name. Three conventions of the edition's data
decide the layout: an amount whose label holds a space (“年度资金总额 年初预算数”) is a cell of the money table, a section of
two texts prints them side by side under its title, and dates and grades take a row of their own while other short fields
stand two by two.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from perfgoals.documents.declaration import read_amount
from perfgoals.documents.evaluation import EvaluationDocument, EvaluationRow
from perfgoals.documents.parts import Group, IndicatorTable, Line, Paper, Place, Row, tall
from perfgoals.documents.placing import merged, place_of, printable, tinted
from perfgoals.documents.points import Points
from perfgoals.editions import Edition, Field
from perfgoals.editions.model import SIDE_WIDTH

UNIT = "budget_unit"
NUMBERS = ("weight", "self_score")
NOTHING = "—"
# Characters of a table cell's line per percent of its width, rounded down; of templates/forms at 10 pt.
_CHARACTERS_PER_PERCENT = 0.45
_LABEL = 6  # characters of a line in the label of a level-2 group
_SHORT = ("text", "yes_no", "amount", "rate")
_CENT = Decimal("0.01")


def lay_out_evaluation(
    document: EvaluationDocument, edition: Edition, *, tints: Mapping[str, str], points: Points
) -> Paper:
    """The printed form. Where the document leaves a place of points empty, ``points`` fill it."""
    style = edition.style
    year = style.year_line.replace("{year}", str(document.fiscal_year))
    fields = edition.printed_fields
    split = next(number for number, one in enumerate(fields) if one.kind == "indicators")
    places = {one.key: place_of(document, edition, one, tints) for one in fields if one.kind != "indicators"}
    unit = printable(document.budget_unit)
    places[UNIT] = Place(UNIT, edition.unit_label, unit, tint=tints.get(UNIT, ""))
    making = _Making(document, edition, tints, points, places)
    return Paper(
        form=edition.id,
        layout=edition.same_form_as,
        title=year + edition.title if style.year_in_title else edition.title,
        year_line="" if style.year_in_title else year,
        unit_label="",
        unit=unit,
        fingerprint=document.fingerprint,
        rows=tuple(making.rows(fields[:split])),
        indicators=making.indicators(fields[split]),
        tail=tuple(making.rows(fields[split + 1 :])),
        budget_heading=edition.budget_heading,
        section_titles={section.key: section.title for section in edition.sections},
        places={key.replace(".", "_"): place for key, place in places.items()},
        page_numbers=style.page_numbers,
        labels_centred=not any(one.label.endswith(("：", ":")) for one in fields),
        notes=edition.footer_notes,
    )


class _Making:
    """One form on its way to paper."""

    def __init__(
        self,
        document: EvaluationDocument,
        edition: Edition,
        tints: Mapping[str, str],
        points: Points,
        places: Mapping[str, Place],
    ) -> None:
        self.document, self.edition, self.tints = document, edition, tints
        self.points, self.places = points, places

    # Above the indicators ---------------------------------------------------------------------------------------------
    def rows(self, fields: Sequence[Field]) -> Iterator[Row]:
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
        """Sources down, 年初 / 全年 / 执行 across; points stand in the row of the whole only."""
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
            line = (Place("", "", name, "label"), *shown, *self._execution(cells, is_whole=number == 0))
            lines.append(Line(f"money{number}", (group,), line))
        columns = ("", *heads, "分值", rate.label if rate else "执行率", "得分")
        return Row(
            "money", label=self.edition.budget_heading, path=amounts[0].key, columns=columns, lines=tuple(lines)
        )

    def _execution(self, cells: Sequence[Field], *, is_whole: bool) -> tuple[Place, ...]:
        """分值, 执行率, 得分 of one row of the money table."""
        budget = self.document.budget
        computed = self._rate(cells)
        if not is_whole:
            return (
                Place("", "", NOTHING, "number"),
                Place("", "", computed, "number"),
                Place("", "", NOTHING, "number"),
            )
        rules = self.edition.scoring
        weight = _plain(rules.execution.points) if rules and rules.execution else NOTHING
        typed = (
            self.places["budget.execution_rate"]
            if "budget.execution_rate" in self.places
            else Place("", "", "")
        )
        score = self.points.execution or printable(budget.get("execution_score") or "")
        if not score and weight == NOTHING:
            score = NOTHING
        return (
            Place("", "", weight, "number"),
            replace(typed, text=typed.text or computed, kind="number"),
            Place("budget.execution_score", "", score, "number", self.tints.get("budget.execution_score", "")),
        )

    def _rate(self, cells: Sequence[Field]) -> str:
        """B ÷ A in percent, or nothing where it cannot be computed."""
        amounts = {one.key[7:]: self.document.amount(one.key[7:]) for one in cells}
        executed = next((value for key, value in amounts.items() if key.startswith("executed")), None)
        whole = next((value for key, value in amounts.items() if key.startswith("current_year")), None)
        if executed is None or whole is None or whole <= 0 or executed < 0:
            return ""
        return f"{(executed * 100 / whole).quantize(_CENT, ROUND_HALF_UP)}%"

    # Indicators ---------------------------------------------------------------------------------------------------------
    def indicators(self, one: Field) -> IndicatorTable:
        edition, document = self.edition, self.document
        heading = edition.indicators_heading.replace("{year}", str(document.fiscal_year))
        side = heading if edition.style.heading_beside else ""
        heads = [
            printable(document.target_column or "") or head if key == "target" else head
            for key, head in edition.columns
        ]
        widths = edition.style.column_widths
        keys = [key for key, _ in edition.columns]
        return IndicatorTable(
            path=one.key,
            heading="" if side else heading,
            side=side,
            tint=self.tints.get(one.key, ""),
            columns=("", *map(_broken, heads)) if side else tuple(map(_broken, heads)),
            widths=(SIDE_WIDTH, *widths) if side else widths,
            lines=tuple(self._lines(keys, side)),
            total=self._total(keys),
            total_span=keys.index("weight") + bool(side),
        )

    def _lines(self, keys: Sequence[str], side: str) -> Iterator[Line]:
        rows = self.document.indicators or tuple(
            EvaluationRow("", level1, level2, "", "") for level1, level2 in self.edition.groups
        )
        levels = sum(key in ("level1", "level2") for key in keys)
        names = [(self._group(row.level1), _in_two(row.level2 or ""))[:levels] for row in rows]
        columns = [list(merged([name[: level + 1] for name in names], level)) for level in range(levels)]
        if side:
            columns.insert(0, list(merged([(side,)] * len(rows), 0, key="side")))
        widths = self.edition.style.column_widths[levels:]
        for index, row in enumerate(rows):
            groups = tuple(column[index] for column in columns)
            places = tuple(tinted(self._cell(row, key), self.tints) for key in keys[levels:])
            inner = groups[1:] if side else groups
            yield Line(
                row.row_id,
                groups,
                places,
                # A part of a group on either page has at least two rows, so that its label fits beside them.
                keep_with_next=any(group.first and not group.last for group in inner),
                keep_with_previous=any(group.last and not group.first for group in inner),
                flows=any(
                    tall(place.text, int(width * _CHARACTERS_PER_PERCENT))
                    for place, width in zip(places, widths, strict=True)
                ),
            )

    def _group(self, level1: str) -> str:
        """The label of a group with its points: the document's, else the edition's."""
        pattern = self.edition.style.group_label
        if "{points}" not in pattern:
            return level1
        typed = {group.level1: group.points for group in self.document.groups if group.level2 is None}
        own = {one.name: _plain(one.points) for one in self.edition.frame if one.points is not None}
        points = typed.get(level1) or own.get(level1)
        # The points stand on a line of their own: beside the name they would break inside the word.
        return pattern.format(name=f"{level1}\n", points=points) if points else level1

    def _cell(self, row: EvaluationRow, key: str) -> Place:
        text = printable(getattr(row, key) or "")
        if key == "self_score":
            text = NOTHING if row.not_applicable else self.points.rows.get(row.row_id) or text
        elif key == "actual" and not text and row.band and self.edition.scoring:
            text = next((band.label for band in self.edition.scoring.bands if band.key == row.band), "")
        return Place(f"indicators.{row.row_id}.{key}", "", text, "number" if key in NUMBERS else "text")

    def _total(self, keys: Sequence[str]) -> tuple[Place, ...]:
        """The last row: its label, then a cell under every column from the weights on."""
        label = self.edition.style.total_label
        if not label:
            return ()
        texts = {
            "weight": printable(self.document.totals.get("weight") or "") or self._weights(),
            "self_score": self.points.total or printable(self.document.totals.get("self_score") or ""),
        }
        cells = (
            Place(
                f"totals.{key}" if key in texts else "",
                "",
                texts.get(key, ""),
                "number" if key in NUMBERS else "text",
                self.tints.get(f"totals.{key}", ""),
            )
            for key in keys[keys.index("weight") :]
        )
        return (Place("", "", label, "label"), *cells)

    def _weights(self) -> str:
        """The sum of the weights, the execution's among them; of an empty form what it should be."""
        rules = self.edition.scoring
        found = [read_amount(row.weight) for row in self.document.indicators if row.weight]
        if not found:
            return _plain(rules.full) if rules else ""
        added = sum((one for one in found if one is not None), Decimal(0))
        outside = rules.execution.points if rules and rules.execution else Decimal(0)
        return "" if None in found else _plain(added + outside)


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


def _broken(head: str) -> str:
    """“偏差原因分析及改进措施” breaks before 及, not before its last character."""
    return head.replace("及", "\n及", 1) if len(head) > 8 else head


def _plain(number: Decimal) -> str:
    """Without needless zeros: 10, 7.5."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
