"""What must be looked at again in a form that was started from last year's.

Nothing inside a text is rewritten: which “2019年” is history and which should now be 2020 only a person can say. So
every such place is listed with what stands there, and stays on the list until the text changes or somebody has ticked
“看过了”. The list is worked out from the form as it is now; only the ticks are stored.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from declarations.checkup import column_label, describe, findings_of
from declarations.models import CopyLook, Declaration
from perfgoals.accounts.models import User
from perfgoals.documents.declaration import (
    INDICATOR_TEXT_KEYS,
    DeclarationDocument,
    IndicatorRow,
    read_amount,
)
from perfgoals.editions import Edition
from perfgoals.filling.addresses import place_url
from perfgoals.findings import Finding, Level

CONTEXT = 24  # characters shown on each side of a year
# A date by dots (2020.12.31) begins with a year; 1.2020 is a number, and so is what is counted (≥2000次).
_YEAR = re.compile(
    r"(?<![0-9０-９])(?<![0-9０-９]\.)((?:19|20)[0-9]{2}|(?:１９|２０)[０-９]{2})(?![0-9０-９])(?!\s*[次家个份条套台件户元万亿%％‰])"
)
# 文号: 沪财预〔2018〕5号. The year of a document's number stays what it is.
_DOCUMENT_NUMBER = re.compile(r"[〔\[（(【]\s*(?:19|20)\d{2}\s*[〕\]）)】]\s*(?:第\s*)?\d+\s*号")
_CELLS = ("name", "target", "definition", "calculation_method", "data_source", "setting_basis", "baseline")


@dataclass(frozen=True, slots=True)
class Look:
    """One place to look at. ``before`` + ``mark`` + ``after`` is what stands there, ``note`` what to think about."""

    kind: str
    path: str
    place: str
    mark: str
    before: str = ""
    after: str = ""
    note: str = ""

    @property
    def key(self) -> str:
        """Names the place and its wording: a changed text has not been looked at."""
        wording = "\x1f".join((self.before, self.mark, self.after, self.note))
        digest = hashlib.sha256(wording.encode("utf-8", "surrogatepass")).hexdigest()
        return f"{self.kind}:{self.path}:{digest[:12]}"


@dataclass(frozen=True, slots=True)
class Listed:
    """A look on the page: where it is mended and who has ticked it."""

    look: Look
    url: str
    tick: CopyLook | None


@dataclass(slots=True)
class LookGroup:
    """Looks of one kind."""

    kind: str
    title: str
    advice: str
    looks: list[Listed] = field(default_factory=list)

    @property
    def open_keys(self) -> list[str]:
        return [listed.look.key for listed in self.looks if listed.tick is None]

    @property
    def open_count(self) -> int:
        return len(self.open_keys)


_GROUPS = (
    ("dates", "日期", "已按相差的年数推到新的年度，请核对。"),
    ("amounts", "金额", "金额不复制；只有往年那张表的当年预算转成了上年预算。"),
    ("years", "文字里的年份", "没有自动改。该改的去改，不该改的（如文号、历史）勾“看过了”。"),
    ("rows", "写着往年年份的指标", "指标名称、目标值或解释里写着往年的年份。"),
    ("groups", "今年的表没有的分组", "这些行原来所在的分组今年没有，请移到合适的组，或删去。"),
    ("findings", "往年没有解决的体检问题", "这些问题往年就有，随内容一起带来了。"),
)


def looks_of(
    document: DeclarationDocument,
    source: DeclarationDocument,
    edition: Edition,
    source_findings: Iterable[Finding] = (),
) -> list[Look]:
    """Every place to look at, in the order of ``_GROUPS`` and of the form."""
    return [
        *_dates(document, source, edition),
        *_amounts(document, source, edition),
        *_years_in_texts(document, edition),
        *_years_in_rows(document, edition),
        *_lost_groups(document, edition),
        *_old_findings(document, source, source_findings, edition),
    ]


def _dates(document: DeclarationDocument, source: DeclarationDocument, edition: Edition) -> Iterator[Look]:
    for key, form_field in edition.fields.items():
        if form_field.kind != "date":
            continue
        new, old = document.text(key), source.text(key)
        if not new and not old:
            continue
        value = getattr(document, key, None)
        note = f"{source.fiscal_year} 年的表写的是 {old}。" if old else ""
        if new and new == old:
            unread = value is None or value.iso is None
            note = "读不出是哪一天，没有推算。" if unread else f"与 {source.fiscal_year} 年的表一样。"
        yield Look("dates", key, form_field.term, new or "还没有填", note=note)


def _amounts(document: DeclarationDocument, source: DeclarationDocument, edition: Edition) -> Iterator[Look]:
    for key, form_field in edition.fields.items():
        if form_field.kind != "amount":
            continue
        new, old = _amount(document, key), _amount(source, key)
        if key == "budget.previous_year_budget":
            note = f"取自 {source.fiscal_year} 年的当年预算。"
        elif key == "budget.previous_year_executed":
            note = f"填 {source.fiscal_year} 年的实际执行数。"
        else:
            note = f"{source.fiscal_year} 年是 {old}。" if old else ""
        yield Look("amounts", key, form_field.term, new or "还没有填", note=note)
    if "sub_projects" in edition.fields and document.sub_projects:
        empty = sum(row.amount is None for row in document.sub_projects)
        mark = f"{empty} 个没有填金额" if empty else "都填了金额"
        note = f"带来了 {len(document.sub_projects)} 个子项目的名称，金额要重新填。"
        yield Look("amounts", "sub_projects", "子项目", mark, note=note)


def _amount(document: DeclarationDocument, key: str) -> str:
    """Grouped like on every work page; what cannot be read stays as typed."""
    value = read_amount(document.text(key))
    return document.text(key) if value is None else f"{value:,.2f}"


def years_in(text: str) -> Iterator[tuple[str, str, str, bool]]:
    """Each year number: (before, year, after, stands in a 文号)."""
    numbers = [match.span() for match in _DOCUMENT_NUMBER.finditer(text)]
    for match in _YEAR.finditer(text):
        first, last = match.span(1)
        before = ("……" if first > CONTEXT else "") + text[max(0, first - CONTEXT) : first]
        after = text[last : last + CONTEXT] + ("……" if last + CONTEXT < len(text) else "")
        inside = any(start <= first and last <= end for start, end in numbers)
        yield _one_line(before), match.group(1), _one_line(after), inside


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _year_note(year: int, fiscal_year: int, in_number: bool) -> str:
    if in_number:
        return "文号里的年份，一般不改；看看文件是否还有效。"
    if year < fiscal_year:
        return "往年。"
    return "本年度。" if year == fiscal_year else "以后的年份。"


def _years_in_texts(document: DeclarationDocument, edition: Edition) -> Iterator[Look]:
    for key, form_field in edition.fields.items():
        if form_field.kind not in ("text", "paragraph"):
            continue
        for before, year, after, in_number in years_in(document.text(key)):
            note = _year_note(int(year), document.fiscal_year, in_number)
            yield Look("years", key, form_field.term, year, before, after, note)


def _years_in_rows(document: DeclarationDocument, edition: Edition) -> Iterator[Look]:
    for number, row in enumerate(document.indicators, 1):
        for cell in _CELLS:
            for before, year, after, in_number in years_in(getattr(row, cell)):
                if int(year) >= document.fiscal_year or in_number:
                    continue
                path = f"indicators.{row.row_id}.{cell}"
                place = f"第 {number} 行 {column_label(edition, 'indicators', cell)}"
                yield Look("rows", path, place, year, before, after, row.name if cell != "name" else "")


def _lost_groups(document: DeclarationDocument, edition: Edition) -> Iterator[Look]:
    for number, row in enumerate(document.indicators, 1):
        if (row.level1, row.level2) not in edition.groups:
            path = f"indicators.{row.row_id}"
            yield Look(
                "groups", path, f"第 {number} 行", row.name or "没有名称", note=f"原来在“{_group(row)}”。"
            )


def _group(row: IndicatorRow) -> str:
    return f"{row.level1} › {row.level2}" if row.level2 else row.level1


def _old_findings(
    document: DeclarationDocument,
    source: DeclarationDocument,
    findings: Iterable[Finding],
    edition: Edition,
) -> Iterator[Look]:
    """Last year's 错误 and 疑问 about texts that came over word for word."""
    for finding in findings:
        text = text_at(source, finding.path)
        if finding.level is Level.HINT or not text or text_at(document, finding.path) != text:
            continue
        place = describe(finding, document, edition)
        yield Look("findings", finding.path, place, finding.message, note=finding.level.label)


def text_at(document: DeclarationDocument, path: str) -> str:
    """What stands at ``path``; "" for a place that is empty, gone or a whole table."""
    head, _, rest = path.partition(".")
    if head != "indicators":
        return "" if head == "sub_projects" else document.text(path)
    row_id, _, cell = rest.partition(".")
    row = next((row for row in document.indicators if row.row_id == row_id), None)
    if row is None:
        return ""
    return (getattr(row, cell) or "") if cell in INDICATOR_TEXT_KEYS else f"{row.name}\n{row.target}"


def look_groups(declaration: Declaration) -> list[LookGroup]:
    """The looks of a copied form with their ticks, empty groups left out; nothing for a form that was not copied."""
    source = declaration.copied_from
    if source is None:
        return []
    found = looks_of(declaration.document(), source.document(), declaration.edition, findings_of(source))
    ticks = {tick.key: tick for tick in declaration.looks.select_related("seen_by")}
    groups = {kind: LookGroup(kind, title, advice) for kind, title, advice in _GROUPS}
    for look in found:
        url = place_url(declaration, look.path)
        groups[look.kind].looks.append(Listed(look, url, ticks.get(look.key)))
    return [group for group in groups.values() if group.looks]


def tick(declaration: Declaration, keys: Iterable[str], *, actor: User) -> None:
    """Remember that ``actor`` has looked at these places. Ticking twice changes nothing."""
    CopyLook.objects.bulk_create(
        (CopyLook(declaration=declaration, key=key, seen_by=actor) for key in keys), ignore_conflicts=True
    )


def untick(declaration: Declaration, keys: Iterable[str]) -> None:
    declaration.looks.filter(key__in=[key for key in keys if "\0" not in key]).delete()
