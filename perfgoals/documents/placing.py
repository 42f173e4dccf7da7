"""Values and cells as a form prints them: what the papers of declarations and of self-evaluations share."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from perfgoals.documents.declaration import DateValue, read_amount
from perfgoals.documents.kinds import Document
from perfgoals.documents.parts import Box, Group, Place
from perfgoals.editions import Edition, Field

_BREAKS = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


def printable(text: str) -> str:
    """``text`` without characters that have no shape: controls, joiners, byte order marks; line breaks are ``\\n``."""
    text = _BREAKS.sub("\n", text).replace("\t", "    ")
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf"))


def printed_value(document: Document, edition: Edition, form_field: Field) -> str:
    """The value of one field as this form prints it."""
    key = form_field.key
    typed = document.text(key)
    if form_field.kind == "amount":
        return printed_amount(typed, edition)
    if form_field.kind == "date":
        value = getattr(document, key, None)
        return printed_date(value, edition) if isinstance(value, DateValue) else printable(typed)
    return printable(typed)


def printed_amount(typed: str, edition: Edition) -> str:
    """Digits in the form's style; what cannot be read stays as typed."""
    value = read_amount(typed)
    return printable(typed) if value is None else edition.style.amount(value)


def printed_date(value: DateValue, edition: Edition) -> str:
    """A date typed as ISO in the form's style; any other way of writing it stays as typed."""
    if value.iso and value.printed.strip() == value.iso:
        return edition.style.date(value.iso)
    return printable(value.printed)


def place_of(document: Document, edition: Edition, form_field: Field, tints: Mapping[str, str]) -> Place:
    """The cell of one field with its label."""
    boxes = _boxes(document, edition, form_field) if form_field.kind == "boxes" else ()
    return Place(
        path=form_field.key,
        label=_broken(form_field.label),
        text=printed_value(document, edition, form_field),
        kind=form_field.kind,
        tint=tints.get(form_field.key, ""),
        boxes=boxes,
    )


def tinted(place: Place, tints: Mapping[str, str]) -> Place:
    """A finding of the cell, or of the whole row at its name."""
    row = place.path.rsplit(".", 1)[0] if place.path.endswith(".name") else ""
    tint = tints.get(place.path) or tints.get(row, "")
    return Place(place.path, place.label, place.text, place.kind, tint) if tint else place


def merged(names: Iterable[tuple[str, ...]], level: int, *, key: str = "") -> Iterator[Group]:
    """Rows of one name after another share a label cell; the same name further down opens a new one."""
    for number, (name, same) in enumerate(groupby(names)):
        size = len(list(same))
        for index in range(size):
            yield Group(
                key or f"{level}-{number}",
                printable(name[level]),
                size,
                first=index == 0,
                last=index == size - 1,
            )


def _boxes(document: Document, edition: Edition, form_field: Field) -> tuple[tuple[Box, ...], ...]:
    """The vocabulary in its printed lines; a value outside it is printed after them, ticked, so nothing is lost."""
    style, value = edition.style, printable(document.text(form_field.key))
    choices = edition.choices(form_field.key)
    lines = [
        tuple(Box(c.label, style.box_checked if c.label == value else style.box_empty) for c in line)
        for _, line in groupby(sorted(choices, key=lambda c: c.row), key=lambda c: c.row)
    ]
    if value and value not in {choice.label for choice in choices}:
        lines.append((Box(value, style.box_checked),))
    return tuple(lines)


def _broken(label: str) -> str:
    """Long labels break after 的, not where the line happens to end."""
    return label.replace("的", "的\n", 1) if len(label) > 12 and label.endswith(("：", ":")) else label
