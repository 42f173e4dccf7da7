"""Runs every rule over a document, and says in words where a finding stands."""

import declarations.checkup.subjects  # noqa: F401  (registers the rules)
from declarations.checkup.contract import RULES
from declarations.checkup.sheet import NO_HISTORY, History, Sheet
from perfgoals.documents.declaration import DeclarationDocument
from perfgoals.editions import Edition
from perfgoals.findings import Finding

_ROW_COLUMNS = (
    "", "level1", "level2", "name", "target", "weight", "definition", "calculation_method", "data_source",
    "setting_basis", "baseline", "amount",
)  # fmt: skip
_CARD_LABELS = {
    "weight": "分值",
    "definition": "指标解释",
    "calculation_method": "计算方法",
    "data_source": "数据来源",
    "setting_basis": "设定依据",
    "baseline": "基期值",
}


def check(document: DeclarationDocument, edition: Edition, history: History = NO_HISTORY) -> list[Finding]:
    """All findings of ``document``, in the order of the form, then 错误 before 疑问 before 提示.

    Pure: the same document, edition and history give the same list, and the order of a unit's other forms does not
    matter to where a finding stands.
    """
    sheet = Sheet(document, edition, history)
    found = [finding for rule in RULES.values() for finding in rule.on(sheet)]
    fields = {key: place for place, key in enumerate(edition.fields)}
    rows = {f"indicators.{row.row_id}": n for n, row in enumerate(document.indicators, 1)}
    rows |= {f"sub_projects.{row.row_id}": n for n, row in enumerate(document.sub_projects, 1)}

    def place(finding: Finding) -> tuple:
        table, row, column = _split(finding.path)
        field = fields.get(finding.path, fields.get(table, len(fields)))
        cell = _ROW_COLUMNS.index(column) if column in _ROW_COLUMNS else len(_ROW_COLUMNS)
        at = (field, rows.get(f"{table}.{row}", 0), cell)
        return (*at, finding.level.rank, finding.code, finding.message)

    return sorted(found, key=place)


def _split(path: str) -> tuple[str, str, str]:
    """(table, row id, column) of a path; a row id may hold a dot in documents that we did not write."""
    table, _, rest = path.partition(".")
    row, _, column = rest.rpartition(".")
    return (table, row, column) if row else (table, rest, "")


def describe(finding: Finding, document: DeclarationDocument, edition: Edition) -> str:
    """Where the finding stands, in words: ``第 9 行 指标目标值``, ``项目概况``, ``绩效指标``."""
    table, row_id, column = _split(finding.path)
    if finding.path in edition.fields:
        return edition.fields[finding.path].term
    row_ids = {
        "indicators": [row.row_id for row in document.indicators],
        "sub_projects": [row.row_id for row in document.sub_projects],
    }.get(table, [])
    number = row_ids.index(row_id) + 1 if row_id in row_ids else 0
    if not number:
        field = edition.fields.get(table)
        return field.term if field else finding.path
    label = column_label(edition, table, column)
    head = "子项目第" if table == "sub_projects" else "第"
    return f"{head} {number} 行 {label}".rstrip()


def column_label(edition: Edition, table: str, column: str) -> str:
    """What this form prints over a column; our own word for the columns that stand on no paper."""
    field = edition.fields.get(table)
    if table == "sub_projects":
        keys: tuple[str, ...] = ("name", "amount")
    elif edition.has_categories:
        keys = ("level1", "level2", "name", "target")
    else:
        keys = ("level1", "name", "target")
    heads = dict(zip(keys, field.columns if field else (), strict=False))
    return heads.get(column) or _CARD_LABELS.get(column, "")
