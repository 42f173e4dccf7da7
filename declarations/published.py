"""The published forms: from the ground truth of their printed text to documents, and the fixtures that carry them.

The ground truth spells everything as printed; so does the document. Amounts stay the decimal strings of the ground
truth, row ids come from the form's id and the row's number, so they are the same whenever the fixtures are made again.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from perfgoals.documents.declaration import (
    DATE_KEYS,
    TEXT_KEYS,
    DateValue,
    DeclarationDocument,
    IndicatorRow,
    SubProjectRow,
)
from perfgoals.editions import get_edition

FOLDER = settings.BASE_DIR / "fixtures"

# The public table of a department budget prints no unit; it stands in the budget of this one.
UNIT_OF_PUBLIC_TABLE = "上海市金融服务办公室"
# The ground truth names the form of the public table otherwise than the edition.
EDITION_OF = {"sh-2018-public-target-table": "sh-2018-disclosure"}


class BadGroundTruth(ValueError):
    """The file holds no published declarations. The message is Chinese."""


def row_id(source_id: str, table: str, number: int) -> str:
    """The stable id of a row of a published form: 8 hex digits."""
    return hashlib.sha256(f"{source_id}/{table}/{number}".encode()).hexdigest()[:8]


def records_of(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The forms in one ground truth file: declarations, or the one public table."""
    match data.get("schema"):
        case "performance-target-declarations/1":
            return list(data["declarations"])
        case "public-disclosure/1":
            return [data["target_table"]]
        case _:
            raise BadGroundTruth("不是申报表或公开表的底稿（schema 不对）。")


def document_of_record(record: Mapping[str, Any]) -> DeclarationDocument:
    """The document of one published form."""
    source_id = record["id"]
    edition = get_edition(EDITION_OF.get(record["form"], record["form"]))
    budget_keys = [key[7:] for key in edition.fields if key.startswith("budget.")]
    plain: dict[str, Any] = {key: record.get(key) for key in TEXT_KEYS}
    dates: dict[str, Any] = {key: _date(record.get(key)) for key in DATE_KEYS}
    return DeclarationDocument(
        form=edition.id,
        fiscal_year=record["fiscal_year"],
        declaring_unit=record.get("declaring_unit", UNIT_OF_PUBLIC_TABLE),
        **plain,
        **dates,
        includes_government_purchase=record.get("includes_government_purchase"),
        budget={key: record["budget"][key] for key in budget_keys},
        sub_projects=tuple(
            SubProjectRow(row_id(source_id, "sub_projects", number), row["name"], row["amount"])
            for number, row in enumerate(record.get("sub_projects") or (), 1)
        ),
        indicators=tuple(
            IndicatorRow(
                row_id(source_id, "indicators", row["seq"]),
                row["level1"],
                row["level2"],
                row["name"],
                row["target_as_printed"],
            )
            for row in record["indicators"]
        ),
    )


def _date(printed: Mapping[str, str] | None) -> DateValue | None:
    return DateValue(printed=printed["printed"], iso=printed["iso"]) if printed else None


def write_fixtures(ground_truth: Path, folder: Path) -> list[Path]:
    """Write one document per published form found under ``ground_truth`` into ``folder``; returns the files."""
    written = []
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(ground_truth.glob("*.json")):
        data = json.loads(path.read_text("utf-8"))
        try:
            records = records_of(data)
        except BadGroundTruth:
            continue
        for record in records:
            target = folder / f"{record['id']}.json"
            target.write_text(_readable(document_of_record(record)), "utf-8")
            written.append(target)
    if not written:
        raise BadGroundTruth(f"{ground_truth} 里没有申报表或公开表的底稿。")
    return written


def _readable(document: DeclarationDocument) -> str:
    """The document's JSON with keys sorted and one value a line, so that a change is seen in review."""
    return json.dumps(document.to_dict(), ensure_ascii=False, sort_keys=True, indent=1) + "\n"


def published_documents() -> Iterator[tuple[str, DeclarationDocument]]:
    """The shipped published forms: source id and document, by source id."""
    for path in sorted((FOLDER / "published").glob("*.json")):
        yield path.stem, DeclarationDocument.from_json(path.read_text("utf-8"))
