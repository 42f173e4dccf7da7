"""What the official paper cannot print."""

from collections.abc import Iterator

from declarations.checkup.contract import Remark, rule
from declarations.checkup.samples import Sample
from declarations.checkup.sheet import Sheet
from perfgoals.documents.glyphs import unprintable_words
from perfgoals.findings import Level

_ROW_TEXTS = ("name", "target", "definition", "calculation_method", "data_source", "setting_basis", "baseline")


def _texts(sheet: Sheet) -> Iterator[tuple[str, str]]:
    """Every typed text with its path."""
    document = sheet.document
    for key, form_field in sheet.edition.fields.items():
        if form_field.kind not in ("indicators", "sub_projects"):
            yield key, document.text(key)
    for part in document.sub_projects:
        yield f"sub_projects.{part.row_id}.name", part.name
    for line in sheet.lines:
        for column in _ROW_TEXTS:
            yield line.path(column), getattr(line.row, column)


@rule(
    "unprintable_character",
    Level.ERROR,
    "有印不出的字",
    why="正式表印不出这个字，送审以后就打不出纸质表；表情符号和从 Word 带来的项目符号都印不出。",
    good=Sample("1.坚持“分级共建，多方公示”。"),
    bad=Sample("😀坚持“分级共建，多方公示”。"),
)
def unprintable_character(sheet: Sheet) -> Iterator[Remark]:
    """The same characters that the printer refuses (``documents.pdf.MissingGlyph``)."""
    for path, text in _texts(sheet):
        if words := unprintable_words(text):
            yield Remark(path, words)
