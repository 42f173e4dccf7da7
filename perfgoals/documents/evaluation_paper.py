"""A self-evaluation as its official form shows it: the same plain context as a declaration's, with what only these have:
points in the rows, in the row of the whole money and in the last row.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from perfgoals.documents.declaration import read_amount
from perfgoals.documents.evaluation import EvaluationDocument, EvaluationRow
from perfgoals.documents.laying import Laying, kept
from perfgoals.documents.parts import IndicatorTable, Line, Paper, Place, tall
from perfgoals.documents.placing import printable, tinted
from perfgoals.documents.points import Points
from perfgoals.editions import Edition, Field

NUMBERS = ("weight", "self_score")
NOTHING = "—"
# Characters of a table cell's line per percent of its width, rounded down; of templates/forms at 10 pt.
_CHARACTERS_PER_PERCENT = 0.45


def lay_out_evaluation(
    document: EvaluationDocument, edition: Edition, *, tints: Mapping[str, str], points: Points
) -> Paper:
    """The printed form. Where the document leaves a place of points empty, ``points`` fill it."""
    return _Making(document, edition, tints, points).paper()


class _Making(Laying[EvaluationDocument]):
    def __init__(
        self, document: EvaluationDocument, edition: Edition, tints: Mapping[str, str], points: Points
    ) -> None:
        super().__init__(document, edition, tints)
        self.points = points

    # Money ------------------------------------------------------------------------------------------------------------
    def money_heads(self, heads: Sequence[str], rate: str) -> tuple[str, ...]:
        return (*heads, "分值", rate, "得分")

    def money_cells(
        self, cells: Sequence[Field], shown: Sequence[Place], *, is_whole: bool
    ) -> tuple[Place, ...]:
        """Amounts, then 分值, 执行率, 得分; points stand in the row of the whole only."""
        rate = self.rate_place(cells, base="current_year", is_whole=is_whole)
        if not is_whole:
            nothing = Place("", "", NOTHING, "number")
            return (*shown, nothing, rate, nothing)
        rules = self.edition.scoring
        weight = _plain(rules.execution.points) if rules and rules.execution else NOTHING
        score = self.points.execution or printable(self.document.budget.get("execution_score") or "")
        if not score and weight == NOTHING:
            score = NOTHING
        path = "budget.execution_score"
        return (
            *shown,
            Place("", "", weight, "number"),
            rate,
            Place(path, "", score, "number", self.tints.get(path, "")),
        )

    # Indicators -------------------------------------------------------------------------------------------------------
    def indicators(self, one: Field) -> IndicatorTable:
        edition, document, style = self.edition, self.document, self.edition.style
        heading = edition.indicators_heading.replace("{year}", str(document.fiscal_year))
        side = heading if style.heading_beside else ""
        heads = [
            printable(document.target_column or "") or head if key == "target" else head
            for key, head in edition.columns
        ]
        widths = style.column_widths
        keys = [key for key, _ in edition.columns]
        return IndicatorTable(
            path=one.key,
            heading="" if side else heading,
            side=side,
            tint=self.tints.get(one.key, ""),
            columns=("", *map(_broken, heads)) if side else tuple(map(_broken, heads)),
            widths=(style.side_width, *widths) if side else widths,
            lines=tuple(self._lines(keys, side)),
            total=self._total(keys),
            total_span=keys.index("weight") + bool(side),
        )

    def _lines(self, keys: Sequence[str], side: str) -> Iterator[Line]:
        rows = self.document.indicators or tuple(
            EvaluationRow("", level1, level2, "", "") for level1, level2 in self.edition.groups
        )
        levels = sum(key in ("level1", "level2") for key in keys)
        widths = self.edition.style.column_widths[levels:]
        for row, groups in zip(rows, self.groups(rows, levels, side), strict=True):
            places = tuple(tinted(self._cell(row, key), self.tints) for key in keys[levels:])
            yield Line(
                row.row_id,
                groups,
                places,
                **kept(groups, side=side),
                flows=any(
                    tall(place.text, int(width * _CHARACTERS_PER_PERCENT))
                    for place, width in zip(places, widths, strict=True)
                ),
            )

    def group_label(self, level1: str) -> str:
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


def _broken(head: str) -> str:
    """“偏差原因分析及改进措施” breaks before 及, not before its last character."""
    return head.replace("及", "\n及", 1) if len(head) > 8 else head


def _plain(number: Decimal) -> str:
    """Without needless zeros: 10, 7.5."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
