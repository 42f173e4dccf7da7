"""The indicator table and the sub-project table: their layout, what people do to rows, and what they paste."""

from declarations.tables.kinds import INDICATORS, SUB_PROJECTS, TABLES, TableKind
from declarations.tables.layout import IndicatorTable, SubProjectTable, indicator_table, sub_project_table
from declarations.tables.readings import reading_html, reading_of

__all__ = [
    "INDICATORS",
    "SUB_PROJECTS",
    "TABLES",
    "IndicatorTable",
    "SubProjectTable",
    "TableKind",
    "indicator_table",
    "reading_html",
    "reading_of",
    "sub_project_table",
]
