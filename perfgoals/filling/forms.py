"""The form of one section, built from the edition: nothing here knows a field by name.

Nothing is required and nothing is validated here: any gap may be saved, and what cannot be kept is refused field by
field by ``editing``. crispy lays the fields out; ``filling/field.html`` draws one.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import groupby
from types import MappingProxyType
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout, LayoutObject
from crispy_forms.layout import Field as LayoutField
from django import forms
from django.template.loader import render_to_string

from perfgoals.documents.declaration import read_amount, read_date
from perfgoals.editions.model import Choice, Field, Matrix, Section
from perfgoals.filling.addresses import control_id
from perfgoals.filling.filing import FilledFiling
from perfgoals.filling.marks import Mark
from perfgoals.filling.matrices import matrix_view
from perfgoals.findings import Finding, Level

# Short fields of one family stand side by side: the two dates, the four amounts.
SHORT_KINDS = {"date": "date", "amount": "amount", "choice": "option", "yes_no": "option"}
GROUP_KINDS = ("boxes", "yes_no")  # radio buttons: a fieldset with a legend
_WAN = Decimal(10_000)


@dataclass(frozen=True)
class Option:
    """One choice of a select or a radio group."""

    value: str
    label: str
    id: str
    is_chosen: bool


@dataclass(frozen=True)
class FieldView:
    """All that the template shows of one field."""

    spec: Field
    value: str
    seen: int = 0
    mark: Mark | None = None
    rows: tuple[tuple[Option, ...], ...] = ()  # options by printed line
    limit: int = 0
    reading: str = ""
    findings: tuple[Finding, ...] = ()
    refusal: str = ""
    is_contested: bool = False
    shows_samples: bool = False
    has_focus: bool = False
    is_locked: bool = False  # shown, not typed in: the return does not name it

    @property
    def id(self) -> str:
        return control_id(self.spec.key)

    @property
    def is_group(self) -> bool:
        return self.spec.kind in GROUP_KINDS

    @property
    def is_counted(self) -> bool:
        return self.spec.kind in ("text", "paragraph")

    @property
    def lines(self) -> int:
        """Height of the text area: what is written, within reason, and one line more."""
        written = sum(1 + len(line) // 42 for line in self.value.split("\n"))
        return max(3, min(written + 1, 18))

    @property
    def level(self) -> str:
        if self.refusal or any(finding.level is Level.ERROR for finding in self.findings):
            return "error"
        return "doubt" if self.findings else ""

    @property
    def descriptions(self) -> str:
        """Ids of everything that describes the control, for ``aria-describedby``."""
        parts = [f"h-{self.id}"] if self.spec.help else []
        if self.spec.kind in ("amount", "date"):
            parts.append(f"r-{self.id}")
        return " ".join([*parts, f"e-{self.id}"])


def reading_of(kind: str, value: str) -> str:
    """How an amount or a date was read, as the page says it; "" for no value and for what cannot be read."""
    if kind == "amount" and (amount := read_amount(value)) is not None:
        wan = f"（{amount / _WAN:,.2f} 万元）" if abs(amount) >= _WAN else ""
        return f"读作 {amount:,.2f} 元{wan}".replace("-", "−")
    if kind == "date" and (day := read_date(value)) is not None and value.strip() != day.isoformat():
        return f"读作 {day.isoformat()}"
    return ""


def views_of(
    filing: FilledFiling,
    section: Section,
    marks: Mapping[str, Mark],
    findings: Mapping[str, Sequence[Finding]],
    is_locked: Callable[[str], bool] = lambda path: False,
) -> dict[str, FieldView]:
    """The section's plain fields as they stand in the database."""
    views: dict[str, FieldView] = {}
    samples_shown = False
    for spec in section.fields:
        place = filing.place_of(spec.key)
        if place is None:
            continue
        mark, value = marks.get(spec.key), place.read(filing)
        # The first thing nobody has written yet is shown with its samples open: once, where they help.
        first_time = spec.kind == "paragraph" and mark is None and not value and not samples_shown
        samples_shown = samples_shown or first_time
        view = FieldView(
            spec=spec,
            value="",
            seen=mark.version if mark else 0,
            mark=mark,
            limit=place.limit,
            findings=tuple(findings.get(spec.key, ())),
            shows_samples=first_time,
            is_locked=is_locked(spec.key),
        )
        views[spec.key] = with_value(filing, view, value)
    return views


def with_value(filing: FilledFiling, view: FieldView, value: str, **others: Any) -> FieldView:
    """The same field showing ``value``, which may be text that could not be saved."""
    spec = view.spec
    choices = filing.edition.choices(spec.key)
    return replace(
        view,
        value=value,
        rows=_rows(spec, choices, value),
        reading=reading_of(spec.kind, value),
        **others,
    )


def _rows(spec: Field, choices: Sequence[Choice], value: str) -> tuple[tuple[Option, ...], ...]:
    if spec.kind not in ("choice", "boxes", "yes_no"):
        return ()
    words = [("是", "是", 1), ("否", "否", 1)] if spec.kind == "yes_no" else []
    words += [(choice.label, choice.label, choice.row) for choice in choices]
    if value and value not in [word for word, _, _ in words]:
        words.append((value, f"{value}（不在清单）", max((row for *_, row in words), default=0) + 1))
    if spec.kind == "choice":
        words.insert(0, ("", "请选一项", words[0][2] if words else 1))
    elif not spec.required:
        words.append(("", "还没有定", words[-1][2] if words else 1))
    options = [
        (row, Option(word, label, f"{control_id(spec.key)}-{number}", word == value))
        for number, (word, label, row) in enumerate(words)
    ]
    lines = sorted({row for row, _ in options})
    return tuple(tuple(option for row, option in options if row == line) for line in lines)


# What draws a field that is more than one control, a table or a computed value: its context, ``template`` included.
Block = Callable[[], Mapping[str, Any]]


class FieldBlock(LayoutObject):
    """Such a field, in its place among the others."""

    template = "filling/block.html"

    def __init__(self, spec: Field, context: Block) -> None:
        self.spec, self.context = spec, context
        self.fields: list[Any] = []

    def render(self, form: Any, context: Any, template_pack: Any = None, **kwargs: Any) -> str:
        return render_to_string(self.template, {**context.flatten(), "spec": self.spec, **self.context()})


class MatrixBlock(LayoutObject):
    """Amounts by source, typed as one table."""

    template = "filling/matrix.html"

    def __init__(self, matrix: Matrix) -> None:
        self.matrix = matrix
        self.fields: list[Any] = []

    def render(self, form: Any, context: Any, template_pack: Any = None, **kwargs: Any) -> str:
        views = {key: form.fields[key].view for key in self.matrix.fields if key in form.fields}
        drawn = matrix_view(self.matrix, views, context["filing"])
        return render_to_string(self.template, {**context.flatten(), "matrix": self.matrix, **drawn})


@dataclass
class SectionLayout:
    """Fields in print order; neighbours that are short share a line. What neither is typed nor has a block is left out."""

    section: Section
    typed: Collection[str]
    blocks: Mapping[str, Block]
    matrices: Mapping[str, Matrix] = field(default_factory=dict)

    def build(self) -> Layout:
        parts: list[Any] = []
        shown = [spec for spec in self.section.fields if spec.key in self.typed or spec.key in self.blocks]
        for family, specs in groupby(shown, key=self._family):
            if isinstance(family, Matrix):
                parts.append(MatrixBlock(family))
                continue
            drawn = [self._field(spec) for spec in specs]
            parts += [Div(*drawn, css_class="pg-cols")] if family else drawn
        return Layout(*parts)

    def _family(self, spec: Field) -> Matrix | str | None:
        return self.matrices.get(spec.key) or SHORT_KINDS.get(spec.kind)

    def _field(self, spec: Field) -> Any:
        if spec.key in self.blocks:
            return FieldBlock(spec, self.blocks[spec.key])
        return LayoutField(spec.key, template="filling/field.html")


class SectionForm(forms.Form):
    """One page of the wizard. It draws; saving goes through ``editing.save_fields``."""

    def __init__(
        self,
        section: Section,
        views: Mapping[str, FieldView],
        blocks: Mapping[str, Block],
        matrices: Mapping[str, Matrix] = MappingProxyType({}),
    ) -> None:
        super().__init__()
        for key, view in views.items():
            form_field = forms.CharField(label=view.spec.term, required=False, strip=False, initial=view.value)
            form_field.view = view  # type: ignore[attr-defined]
            form_field.widget.attrs["id"] = view.id
            self.fields[key] = form_field
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = SectionLayout(section, views.keys(), blocks, matrices).build()
