"""The monitoring report (绩效运行监控) as one canonical document: what the form says, as typed, and nothing else.

Targets are those of the approved declaration, copied under its ``row_id``. What follows from the values (rates, lights,
findings) stands in no document, and corrective tasks go on living after the form was sent: they are printed behind it
(``perfgoals.documents.corrections``).

For the app that fills it in, everything takes it like any other document: ``kinds.read_document``, ``paper.html`` (preview),
``printing.render_pdf(document.to_json(), watermark=…, annexes=(corrections_of(…),))``, ``workbook.make_workbook`` and
``pdf.read_attached_monitoring``; ``kept.key_of`` covers the annexes. Labels name the month: ``get_edition(form).at(month)``; the
words for keys are ``edition.word("likelihood", key)`` and ``edition.vocabularies``. ``render_forms --kind monitoring`` prints
documents in files (``rendering.monitoring_files``) until the app registers its own finder in ``AppConfig.ready``:
``rendering.register("monitoring", find)``, where ``find(ids, *, with_details)`` returns ``Printed`` in the order named, all it has
without ids, annexes where ``with_details`` asks for them, and raises ``rendering.Unknown``; ``rendering.files_named`` and
``rendering.read_file`` serve it for ids that are files.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from perfgoals.documents.canonical import BadDocument, Canonical
from perfgoals.editions.monitoring import ATTAINMENTS, DEVIATION_KINDS, LIKELIHOODS, MONTHS

__all__ = [
    "ATTAINMENTS",
    "DEVIATION_KINDS",
    "LIKELIHOODS",
    "MONTHS",
    "SCHEMA",
    "TEXT_KEYS",
    "MonitoringDocument",
    "MonitoringRow",
]

SCHEMA = "perfgoals-monitoring/1"
TEXT_KEYS = ("project_name", "competent_department", "annual_goal")


@dataclass(frozen=True, slots=True)
class MonitoringRow:
    """One indicator: what was promised, what came of it by the end of the month, what is expected of the year.

    ``operator`` is what a person confirmed where the target wrote none; ``attainment`` speaks for targets in words.
    ``plan`` and ``plan_reason`` stand on no paper; lights are judged by them.
    ``deviation_kinds`` stand in the order of ``DEVIATION_KINDS``, each once.
    """

    row_id: str
    level1: str
    level2: str | None
    name: str
    target: str
    weight: str | None = None
    actual: str = ""
    expected: str = ""
    operator: str = ""
    attainment: str = ""  # one of ATTAINMENTS, "" where nothing was chosen
    deviation_kinds: tuple[str, ...] = ()
    deviation_reason: str = ""
    likelihood: str = ""  # one of LIKELIHOODS, "" where nothing was chosen
    remark: str = ""
    plan: str = ""  # percent of the year's target planned by the end of months, as typed: “6月20%，9月60%”
    plan_reason: str = ""  # why the year is not planned in equal steps


@dataclass(frozen=True, slots=True)
class MonitoringDocument(Canonical):
    """One project's monitoring report on January to ``cutoff_month`` of ``fiscal_year``, on one form edition.

    ``budget`` holds amounts in 元 as decimal strings: ``initial`` (年初预算数), ``executed`` (1—n 月执行数) and ``expected``
    (全年预计执行数), each also by source: ``executed_fiscal`` (本年一般公共预算拨款), ``executed_other`` (其他资金) ….
    """

    schema = SCHEMA
    what = "绩效运行监控"

    form: str
    fiscal_year: int
    cutoff_month: int
    budget_unit: str
    project_code: str = ""
    project_name: str | None = None
    competent_department: str | None = None
    budget: Mapping[str, str | None] = field(default_factory=dict)
    annual_goal: str | None = None
    indicators: tuple[MonitoringRow, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)

    def check(self) -> None:
        """The month is one, and what is chosen stands in its vocabulary. Raises ``BadDocument``."""
        if not 1 <= self.cutoff_month <= MONTHS:
            raise BadDocument("“cutoff_month”应为 1 到 12。")
        for number, row in enumerate(self.indicators, 1):
            place = f"“indicators[{number}]”的"
            for key, words in (("attainment", ATTAINMENTS), ("likelihood", LIKELIHOODS)):
                if getattr(row, key) not in ("", *words):
                    raise BadDocument(f"{place} {key} 应为空或 {'、'.join(words)} 之一。")
            kept = tuple(kind for kind in DEVIATION_KINDS if kind in row.deviation_kinds)
            if kept != row.deviation_kinds:
                raise BadDocument(
                    f"{place} deviation_kinds 应从 {'、'.join(DEVIATION_KINDS)} 中选，按这个次序，各写一次。"
                )
