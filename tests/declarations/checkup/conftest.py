"""The published forms, a form without a finding, and the words to change it."""

import dataclasses

import pytest

from declarations.checkup import NO_HISTORY, RULES, History, check
from declarations.checkup.results import Carried, Results, Source
from declarations.published import published_documents
from perfgoals.documents.declaration import DateValue, DeclarationDocument, IndicatorRow, SubProjectRow
from perfgoals.editions import get_edition


@pytest.fixture(scope="session")
def published():
    """The published forms by source id."""
    return dict(published_documents())


ROWS = (
    ("投入与管理", "投入管理", "预算执行率", "≥95%"),
    ("投入与管理", "财务管理", "资金使用规范性", "规范"),
    ("产出目标", "数量", "再评价完成数量", "=6个"),
    ("产出目标", "质量", "评价报告评核通过率", "=100%"),
    ("产出目标", "时效", "绩效再评价完成时间", "2020年11月底前"),
    ("效果目标", "社会效益", "支出处室参与率", "=100%"),
    ("效果目标", "满意度", "被评价单位的满意度", "≥85%"),
    ("影响力目标", "长效管理", "政策知晓率", "=100%"),
)


def rows_of(rows):
    """Indicator rows r1, r2 … from (level1, level2, name, target)."""
    return tuple(
        IndicatorRow(f"r{n}", level1, level2, name, target, definition="写明", data_source="评价处台账")
        for n, (level1, level2, name, target) in enumerate(rows, 1)
    )


DECENT = DeclarationDocument(
    form="sh-2020-declaration",
    fiscal_year=2020,
    declaring_unit="上海市财政局",
    project_name="预算绩效管理改革专项经费",
    project_category="经常性专项业务费",
    performance_type="事业/专业类",
    includes_government_purchase=True,
    start_date=DateValue("2020-01-01", "2020-01-01"),
    end_date=DateValue("2020-12-31", "2020-12-31"),
    project_overview="培训第三方机构和市级预算部门，组织绩效目标会审和绩效再评价，提高目标编制和评价的质量。",
    legal_basis="《关于我市全面实施预算绩效管理的实施意见》（沪委发〔2019〕12号）",
    necessity="目前预算部门和第三方绩效管理基础相对薄弱，质量和效果有待提高，需要加大再评价力度。",
    safeguards="一是制定工作要点；二是依据质量评估办法，强化评价质量的控制。",
    implementation_plan="6月底前完成工作方案，10月完成目标会审，11月底前完成再评价和结果反馈。",
    overall_goal="完成 6 个再评价项目，提高第三方绩效评价报告的质量。",
    budget={
        "total": "2000000.00",
        "current_year": "2000000.00",
        "previous_year_budget": "2100000.00",
        "previous_year_executed": "2043210.50",
    },
    indicators=rows_of(ROWS),
)


class Form:
    """Words to change a document with; every one returns a new Form."""

    def __init__(self, document=DECENT, history=NO_HISTORY, edition=None):
        self.document, self.history = document, history
        self.edition = edition or get_edition(document.form)

    def having(self, **values):
        return Form(dataclasses.replace(self.document, **values), self.history, self.edition)

    def money(self, **amounts):
        return self.having(budget=dict(self.document.budget) | amounts)

    def days(self, start, end):
        return self.having(start_date=DateValue(start, start), end_date=DateValue(end, end))

    def row(self, number, **values):
        rows = list(self.document.indicators)
        rows[number - 1] = dataclasses.replace(rows[number - 1], **values)
        return self.having(indicators=tuple(rows))

    def rows(self, *rows):
        """The same form with these rows behind its own: (level1, level2, name, target)."""
        more = tuple(dataclasses.replace(row, row_id=f"x{n}") for n, row in enumerate(rows_of(rows), 1))
        return self.having(indicators=self.document.indicators + more)

    def without(self, *numbers):
        kept = (row for n, row in enumerate(self.document.indicators, 1) if n not in numbers)
        return self.having(indicators=tuple(kept))

    def parts(self, *pairs):
        """Sub-projects s1, s2 …, on the form of 2018, which has them."""
        rows = tuple(SubProjectRow(f"s{n}", name, amount) for n, (name, amount) in enumerate(pairs, 1))
        return self.having(sub_projects=rows)

    def on(self, edition):
        return Form(self.document, self.history, edition)

    def after(self, previous=None, **values):
        """With a form of last year: this one, changed by ``values``, or ``previous``."""
        old = previous or dataclasses.replace(self.document, fiscal_year=2019, **values)
        return Form(self.document, History(previous=old, siblings=self.history.siblings), self.edition)

    def adjusting(self, approved):
        return Form(self.document, History(adjusted=approved), self.edition)

    def beside(self, *siblings):
        return Form(self.document, History(self.history.previous, siblings), self.edition)

    def carrying(self, *rows, questions=(), **said):
        """With a self-evaluation of 2019: of its rows, and what else it says; or questions of other apps."""
        results = Results(2019, Source("/evaluations/7/score/", "2019年自评得分"), rows, **said)
        history = dataclasses.replace(self.history, carried=Carried(results, tuple(questions)))
        return Form(self.document, history, self.edition)

    def findings(self, code=None):
        found = check(self.document, self.edition, self.history)
        return [finding for finding in found if code in (None, finding.code)]

    def codes(self, *levels):
        return {f.code for f in self.findings() if not levels or f.level in levels}

    def mended(self, fix):
        """This form after the changes of ``fix``, the way the editing door writes them."""
        form = self
        for path, value in fix.changes:
            form = form.written(path, value)
        return form

    def written(self, path, value):
        head, _, rest = path.partition(".")
        if head == "indicators":
            row_id, _, column = rest.partition(".")
            number = [row.row_id for row in self.document.indicators].index(row_id) + 1
            return self.row(number, **{column: value})
        if head == "sub_projects":
            row_id, _, column = rest.partition(".")
            rows = tuple(
                dataclasses.replace(row, **{column: value}) if row.row_id == row_id else row
                for row in self.document.sub_projects
            )
            return self.having(sub_projects=rows)
        if head == "budget":
            return self.money(**{rest: value})
        return self.having(**{path: DateValue(value, value) if path.endswith("_date") else value})


@pytest.fixture
def decent():
    """A form that nobody has a question about."""
    return Form()


@pytest.fixture
def form():
    """The class, to wrap a published document: form(published["czj-2020-2"])."""
    return Form


@pytest.fixture
def rule():
    return RULES.__getitem__
