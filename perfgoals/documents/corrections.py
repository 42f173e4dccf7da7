"""整改任务: a sheet behind a monitoring report with what was asked for and what came of it.

The form of 财预〔2019〕136号 asks 是否需要整改, 整改要求和建议, 整改结果和结论. Tasks go on living after the report was sent, so they
stand in no document: whoever prints hands in the tasks as they stand that day (compare decision 0021). A kept PDF covers them,
for ``kept.key_of`` takes what is printed behind a form.
"""

import datetime
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.template.loader import get_template

from perfgoals.documents.monitoring import MonitoringDocument
from perfgoals.documents.parts import tall
from perfgoals.documents.placing import printable
from perfgoals.editions import Edition

KIND = "corrections"
TITLE = "整改任务"
NOTHING = "—"
_CHARACTERS, _LINES = 14, 30  # of the widest column at 9 pt, and of a page on its side, rounded down


@dataclass(frozen=True, slots=True)
class CorrectiveTask:
    """One task in the words of the day: ``place`` names the row or field, ``state_words`` say how far it is (“逾期 3 天”)."""

    number: str
    place: str
    problem: str
    requirement: str
    due: str
    state_words: str
    result: str = ""
    conclusion: str = ""

    @property
    def flows(self) -> bool:
        """Too tall for one page: its row may be cut."""
        return any(tall(text, _CHARACTERS, _LINES) for text in asdict(self).values())


@dataclass(frozen=True, slots=True)
class Corrections:
    """``about`` are the facts above the table, 是否需要整改 among them."""

    mark: str  # 校验码 of the form it belongs to, in groups of four
    about: tuple[tuple[str, str], ...]
    tasks: tuple[CorrectiveTask, ...]
    foot: str
    title: str = TITLE

    def to_json(self) -> str:
        data = asdict(self) | {"kind": KIND}
        return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Corrections":
        """What ``to_json`` wrote; nothing else is read."""
        data: dict[str, Any] = json.loads(text)
        del data["kind"]
        about = tuple((label, words) for label, words in data["about"])
        return cls(**data | {"about": about, "tasks": tuple(CorrectiveTask(**task) for task in data["tasks"])})

    def texts(self) -> Iterator[tuple[str, str]]:
        """Everything printed, with the path it belongs to: what must have a glyph."""
        yield from (("corrections", words) for pair in (*self.about, (self.foot,)) for words in pair)
        for task in self.tasks:
            yield from ((f"corrections.{task.number}", text) for text in asdict(task).values())

    def html(self, *, watermark: str = "") -> str:
        """The whole HTML document that is printed."""
        return get_template("forms/corrections.html").render({"sheet": self, "watermark": printable(watermark)})


def corrections_of(
    document: MonitoringDocument, edition: Edition, tasks: Sequence[CorrectiveTask], *, on: datetime.date
) -> Corrections:
    """The sheet behind ``document`` with its tasks as they stand ``on`` that day; also where there are none."""
    short = document.fingerprint[:12]
    range_of = f"{document.fiscal_year}年1—{document.cutoff_month}月"
    about = (
        ("项目名称", document.project_name or "未命名项目"),
        (edition.unit_label or "实施单位", document.budget_unit),
        ("监控期间", range_of if document.cutoff_month > 1 else f"{document.fiscal_year}年1月"),
        ("是否需要整改", f"是，共 {len(tasks)} 项" if tasks else "否"),
    )
    return Corrections(
        mark=" ".join(short[at : at + 4] for at in (0, 4, 8)),
        about=tuple((label, printable(words)) for label, words in about),
        tasks=tuple(
            CorrectiveTask(**{key: printable(text) for key, text in asdict(task).items()}) for task in tasks
        ),
        foot=f"整改情况截至{on.year}年{on.month}月{on.day}日；表送出以后整改还在进行，以系统中的记录为准。",
    )
