"""The published forms: ground truth → fixture → rows → document, value by value."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from declarations.models import Declaration
from declarations.published import (
    FOLDER,
    document_of_record,
    published_documents,
    records_of,
    row_id,
    write_fixtures,
)
from declarations.speaking import write_rows
from perfgoals.documents.declaration import DeclarationDocument
from perfgoals.editions import get_edition

SEEDS = Path(__file__).parent.parent / "seeds"
FILES = (
    "declarations-2018-sjrb.json",
    "declarations-2020-czj.json",
    "declarations-2020-xxzx.json",
    "disclosure-2018-sjrb.json",
)
RECORDS = {
    record["id"]: record
    for name in FILES
    for record in records_of(json.loads((SEEDS / name).read_text("utf-8")))
}
DOCUMENTS = dict(published_documents())
UNITS = {
    "上海市财政局": "财政局",
    "上海市金融服务办公室": "金融办",
    "上海市金融发展服务中心": "服务中心",
    "上海市经济信息中心": "信息中心",
}
PLAIN_KEYS = (
    "project_name",
    "project_category",
    "fund_use",
    "performance_type",
    "includes_government_purchase",
    "project_overview",
    "legal_basis",
    "necessity",
    "safeguards",
    "implementation_plan",
    "overall_goal",
    "annual_goal",
    "remarks",
)


def test_nineteen_forms_and_all_their_indicators_are_shipped():
    assert sorted(DOCUMENTS) == sorted(RECORDS)
    assert len(DOCUMENTS) == 19
    # 79 + 146 + 135 on declarations, 14 on the public table (seeds README).
    assert sum(len(document.indicators) for document in DOCUMENTS.values()) == 79 + 146 + 135 + 14
    assert sum(len(document.sub_projects) for document in DOCUMENTS.values()) == 7


@pytest.fixture
def through_rows(db, places, make_declaration, region):
    """through_rows(source_id) → the document after it was written to rows and read back from the database."""
    from perfgoals.campaigns.models import Campaign, CampaignKind

    def walk(source_id):
        document = DOCUMENTS[source_id]
        campaign = Campaign.objects.create(
            name=source_id,
            kind=CampaignKind.DECLARATION,
            fiscal_year=document.fiscal_year,
            region=region,
            edition_id=document.form,
        )
        draft = make_declaration(unit=UNITS[document.declaring_unit], name=source_id, in_campaign=campaign)
        write_rows(document, draft)
        return Declaration.objects.get(pk=draft.pk).document()

    return walk


@pytest.mark.parametrize("source_id", RECORDS)
def test_every_value_of_the_ground_truth_comes_back_from_the_rows(source_id, through_rows):
    record, document = RECORDS[source_id], through_rows(source_id)
    assert document.fiscal_year == record["fiscal_year"]
    assert document.declaring_unit == record.get("declaring_unit", "上海市金融服务办公室")
    for key in PLAIN_KEYS:
        assert getattr(document, key) == record.get(key), key
    for key in ("start_date", "end_date"):
        day, wanted = getattr(document, key), record.get(key)
        assert (day and {"iso": day.iso, "printed": day.printed}) == wanted
    budget = {key: value for key, value in record.get("budget", {}).items() if key != "unit"}
    assert dict(document.budget) == budget
    assert [(row.name, row.amount) for row in document.sub_projects] == [
        (row["name"], row["amount"]) for row in record.get("sub_projects") or ()
    ]
    assert [(row.level1, row.level2, row.name, row.target) for row in document.indicators] == [
        (row["level1"], row["level2"], row["name"], row["target_as_printed"]) for row in record["indicators"]
    ]
    edition = get_edition(document.form)
    assert edition.title == record["title_printed"]
    assert edition.style.year_line.replace("{year}", str(document.fiscal_year)) == record["fiscal_year_printed"]


@pytest.mark.parametrize("source_id", RECORDS)
def test_the_rows_speak_the_fixture(source_id, through_rows):
    """Nothing added, nothing lost: the whole document, row ids included, is equal."""
    assert through_rows(source_id) == DOCUMENTS[source_id]
    assert through_rows_fingerprint(DOCUMENTS[source_id]) == DOCUMENTS[source_id].fingerprint


def through_rows_fingerprint(document):
    return DeclarationDocument.from_json(document.to_json()).fingerprint


def test_nothing_of_the_ground_truth_is_left_out():
    """Every key of a record is a value of the document, or known furniture."""
    furniture = {
        *("id", "form", "title_printed", "fiscal_year", "fiscal_year_printed", "notes", "source_lines"),
        *("declaring_unit", "start_date", "end_date", "budget", "sub_projects", "indicators"),
        *("project_category_options", "fund_use_options"),  # the edition's boxes: tests/editions
    }
    for record in RECORDS.values():
        assert set(record) <= furniture | set(PLAIN_KEYS)
        for row in record["indicators"]:
            assert set(row) <= {"seq", "level1", "level2", "name", "target_as_printed", "inferred"}


def test_row_ids_are_stable_and_unique():
    assert row_id("xxzx-2020-1", "indicators", 1) == DOCUMENTS["xxzx-2020-1"].indicators[0].row_id
    assert DOCUMENTS["xxzx-2020-1"].indicators[0].row_id == "ffc7bca5"
    for document in DOCUMENTS.values():
        ids = [row.row_id for row in (*document.indicators, *document.sub_projects)]
        assert len(ids) == len(set(ids))
        assert all(len(one) == 8 and int(one, 16) >= 0 for one in ids)


def test_the_command_makes_the_shipped_fixtures(tmp_path):
    call_command("make_fixtures", str(SEEDS), "--out", str(tmp_path), verbosity=0)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    shipped = {path.name: path.read_bytes() for path in (FOLDER / "published").iterdir()}
    assert made == shipped


def test_a_folder_without_ground_truth_is_refused(tmp_path):
    (tmp_path / "other.json").write_text('{"schema": "other/1"}', "utf-8")
    with pytest.raises(CommandError, match="没有申报表或公开表的底稿"):
        call_command("make_fixtures", str(tmp_path), "--out", str(tmp_path / "out"))
    (tmp_path / "torn.json").write_text('{"schema": "performance-target-decl', "utf-8")
    with pytest.raises(CommandError):
        call_command("make_fixtures", str(tmp_path), "--out", str(tmp_path / "out"))


def test_a_record_without_a_key_is_refused(tmp_path):
    record = {key: value for key, value in RECORDS["xxzx-2020-1"].items() if key != "indicators"}
    data = {"schema": "performance-target-declarations/1", "declarations": [record]}
    (tmp_path / "torn.json").write_text(json.dumps(data), "utf-8")
    with pytest.raises(CommandError, match="indicators"):
        call_command("make_fixtures", str(tmp_path), "--out", str(tmp_path / "out"))


def test_writing_twice_gives_the_same_bytes(tmp_path):
    first = {path.name: path.read_bytes() for path in write_fixtures(SEEDS, tmp_path)}
    second = {path.name: path.read_bytes() for path in write_fixtures(SEEDS, tmp_path)}
    assert first == second


def test_the_public_table_keeps_its_own_edition():
    document = document_of_record(RECORDS["sjrb-2018-disclosure-1"])
    assert document.form == "sh-2018-disclosure"
    assert dict(document.budget) == {}
