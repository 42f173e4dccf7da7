"""The ground truth of the published forms as the tests of the paper read it: straight from tests/seeds."""

import json
import re
import shutil
import subprocess
from dataclasses import replace
from functools import cache
from pathlib import Path

from declarations.published import document_of_record
from perfgoals.documents.declaration import IndicatorRow

SEEDS = Path(__file__).parents[1] / "seeds"
FILES = (
    "declarations-2018-sjrb.json",
    "declarations-2020-czj.json",
    "declarations-2020-xxzx.json",
    "disclosure-2018-sjrb.json",
)


@cache
def files():
    return {name: json.loads((SEEDS / name).read_text("utf-8")) for name in FILES}


@cache
def records():
    """Every published form by id, with the labels of its form and how it prints amounts."""
    found = {}
    for data in files().values():
        for record in data.get("declarations") or [data["target_table"]]:
            found[record["id"]] = (record, data)
    return found


IDS = tuple(records())


def document(source_id):
    return document_of_record(records()[source_id][0])


def raw_text(source_id):
    """The lines of the form in the published extraction."""
    record, data = records()[source_id]
    lines = (SEEDS / data["source"]["file"]).read_text("utf-8").splitlines()
    first, last = record["source_lines"]
    return lines[first - 1 : last]


def text_of(pdf, tmp_path, *, pages=False):
    """What a reader copies out of the file, without white space; by page if asked."""
    assert shutil.which("pdftotext"), "the tests need poppler-utils"
    path = tmp_path / "form.pdf"
    path.write_bytes(pdf)
    answer = subprocess.run(["pdftotext", "-raw", path, "-"], check=True, capture_output=True)
    found = [re.sub(r"\s", "", page) for page in answer.stdout.decode().split("\f")[:-1]]
    return found if pages else "".join(found)


def wide(base, count):
    """``base`` with ``count`` indicators."""
    rows = tuple(
        IndicatorRow(f"{number:08x}", "产出目标", "数量", f"第{number}项巡检次数", f"≥{number}次")
        for number in range(count)
    )
    return replace(base, indicators=rows)
