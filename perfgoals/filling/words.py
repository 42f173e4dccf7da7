"""Paths of a form in the words of the form: “项目概况”, “第 9 行 指标目标值”, “第 3 节 项目立项情况”, “整张表”."""

from collections.abc import Iterable
from typing import Any

from perfgoals.editions import Edition
from perfgoals.filling.filing import FilledFiling
from perfgoals.filling.places import is_row_id

WHOLE_FORM = "整张表"


def words_of(filing: FilledFiling, paths: Iterable[str], document: Any = None) -> dict[str, str]:
    """Each path in words. The form is read once, and only where a row is among them."""
    found: dict[str, str] = {}
    for path in dict.fromkeys(paths):
        if path.partition(".")[0] in filing.tables and "." in path and document is None:
            document = filing.document()
        found[path] = place_words(filing, path, document)
    return found


def place_words(filing: FilledFiling, path: str, document: Any) -> str:
    """One path in words; a row that is gone is said to be. ``document`` may be an earlier one than that of now."""
    edition = filing.edition
    if not path:
        return WHOLE_FORM
    if path.startswith("section:"):
        return section_words(edition, path[8:])
    if path in edition.fields or document is None:
        return edition.fields[path].term if path in edition.fields else path
    table, _, rest = path.partition(".")
    known = {row.row_id for row in getattr(document, table)} if table in filing.tables else set()
    if rest and rest.split(".")[0] not in known:
        return f"{edition.fields[table].term}：已删去的一行" if table in edition.fields else path
    return filing.words_for(path, document)


def is_on_form(filing: FilledFiling, path: str) -> bool:
    """Whether the form has this section (``section:case``), field, row or cell. One query for a row."""
    edition = filing.edition
    if path.startswith("section:"):
        return path[8:] in {section.key for section in edition.sections}
    table, _, rest = path.partition(".")
    if table in filing.tables and rest:
        row_id, dot, _ = rest.partition(".")
        if table not in edition.fields or not is_row_id(row_id) or (dot and filing.place_of(path) is None):
            return False
        return filing.has_row(table, row_id)
    return path in edition.fields


def section_words(edition: Edition, key: str) -> str:
    """“第 3 节 项目立项情况”."""
    for number, section in enumerate(edition.sections, 1):
        if section.key == key:
            return f"第 {number} 节 {section.title}"
    return key


def section_key(edition: Edition, path: str) -> str:
    """The section that a path, also ``section:case``, belongs to."""
    return path[8:] if path.startswith("section:") else edition.section_for_path(path).key


def in_form_order(edition: Edition, paths: Iterable[str]) -> list[str]:
    """The paths in the order of the form: the whole form, then section by section, field by field."""
    sections = {section.key: number for number, section in enumerate(edition.sections)}
    fields = {key: number for number, key in enumerate(edition.fields)}

    def order(path: str) -> tuple[int, int, str]:
        if not path:
            return (-1, 0, "")
        number = sections.get(section_key(edition, path), 0)
        at = (
            -1
            if path.startswith("section:")
            else fields.get(path, fields.get(path.split(".", maxsplit=1)[0], 0))
        )
        return (number, at, "" if path in fields else path)

    return sorted(set(paths), key=order)
