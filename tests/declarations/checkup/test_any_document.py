"""Whatever stands in a document, the check-up answers, and answers the same twice."""

import dataclasses
import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from declarations.checkup import RULES, History, check, describe
from perfgoals.documents.declaration import (
    TEXT_KEYS,
    DateValue,
    DeclarationDocument,
    IndicatorRow,
    SubProjectRow,
)
from perfgoals.editions import all_editions, get_edition
from perfgoals.findings import Level

EDITIONS = sorted(all_editions())
WORDS = ["", " ", "　", "\n", "**", "——", "=6", "》=50家", "≥85%", "97%", "2021年6月", "44,561", "0", "100%", "提高", "5*8小时",
         "支付业务量达到200万笔、非税14万笔", "满意度", "2019年数量", "（((《“”’", "🦄", "\ud800", "\x00", "用户满意度", "1e999", "-1",
         "项目总预算9999999999999.99万元", "2020年13月", "上半年全年第四季度", "产出目标", "数量", "时效"]  # fmt: skip
anything = st.one_of(
    st.sampled_from(WORDS), st.text(max_size=30), st.text("≥≤=<>%0123456789.,年月日（）《》“”*", max_size=15)
)
maybe = st.one_of(st.none(), anything)
days = st.one_of(
    st.none(),
    st.builds(DateValue, anything, st.one_of(st.none(), anything, st.dates().map(datetime.date.isoformat))),
)


@st.composite
def documents(draw):
    edition = get_edition(draw(st.sampled_from(EDITIONS)))
    groups = st.sampled_from([*edition.groups, ("", None), ("别的", "别的")])
    rows = []
    for number in range(draw(st.integers(0, 12))):
        level1, level2 = draw(groups)
        rows.append(
            IndicatorRow(
                f"r{number}",
                level1,
                level2,
                draw(anything),
                draw(anything),
                weight=draw(maybe),
                baseline=draw(anything),
            )
        )
    return DeclarationDocument(
        form=edition.id,
        fiscal_year=draw(st.integers(1, 9999)),
        declaring_unit=draw(anything),
        **{key: draw(maybe) for key in TEXT_KEYS},
        includes_government_purchase=draw(st.sampled_from([None, True, False])),
        start_date=draw(days),
        end_date=draw(days),
        budget={key[7:]: draw(maybe) for key in edition.fields if key.startswith("budget.")},
        sub_projects=tuple(SubProjectRow(f"s{n}", draw(anything), draw(maybe)) for n in range(draw(st.integers(0, 3)))),
        indicators=tuple(rows),
        extra=draw(st.dictionaries(st.sampled_from(["competent_department", "x"]), anything, max_size=2)),
    )  # fmt: skip


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents(), documents(), documents())
def test_no_document_is_too_odd(document, previous, sibling):
    edition, history = get_edition(document.form), History(previous, (sibling, previous))
    found = check(document, edition, history)
    assert found == check(document, edition, history)
    for finding in found:
        assert finding.code in RULES
        assert finding.level in Level
        assert finding.path
        assert finding.message.endswith(("。", "？"))
        assert describe(finding, document, edition)
        assert all(fix.label and fix.changes for fix in finding.fixes)


@pytest.mark.parametrize("edition_id", EDITIONS)
def test_an_empty_form_lacks_what_is_required_and_nothing_else(edition_id):
    edition = get_edition(edition_id)
    found = check(DeclarationDocument(form=edition_id, fiscal_year=2020, declaring_unit="某单位"), edition)
    required = {field.key for field in edition.fields.values() if field.required} | {"indicators"}
    money = {key for key in ("budget.total", "budget.current_year") if key in edition.fields} - required
    assert {finding.path for finding in found} == required | money
    assert {f.path: f.code for f in found} == dict.fromkeys(required, "required_field") | dict.fromkeys(
        money, "amount_missing"
    )


def test_two_thousand_rows_are_answered(decent):
    rows = tuple(
        IndicatorRow(f"r{n}", "产出目标", "数量", f"第{n % 700}类巡检次数{'🦄' * (n % 3)}", f"》={n}")
        for n in range(2_000)
    )
    form = decent.having(indicators=rows).beside(dataclasses.replace(decent.document, indicators=rows))
    found = form.findings()
    assert {"operator_glyph", "duplicate_rows", "frame_missing"} <= {finding.code for finding in found}
    assert all(len(finding.message) < 1_000 for finding in found)


def test_long_texts_are_quoted_short(decent):
    long = "》=5" + "很" * 900
    form = decent.having(project_overview="（" * 20_000, project_category="专" * 5_000).row(
        3, target=long, name="名" * 300
    )
    assert all(len(finding.message) < 600 for finding in form.findings())
