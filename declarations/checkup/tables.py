"""The tables of ``docs/check-up.md``: every rule, and what it found on the published forms."""

from collections.abc import Mapping

from declarations.checkup.contract import RULES
from declarations.checkup.run import check, describe
from declarations.checkup.sheet import History
from perfgoals.documents.declaration import DeclarationDocument
from perfgoals.editions import get_edition
from perfgoals.findings import Finding, Level

Forms = Mapping[str, DeclarationDocument]


def check_published(forms: Forms) -> dict[str, list[Finding]]:
    """The findings of each form by source id. Its siblings are the unit's other forms of the year."""
    return {
        source_id: check(document, get_edition(document.form), History(siblings=_siblings(forms, source_id)))
        for source_id, document in forms.items()
    }


def _siblings(forms: Forms, source_id: str) -> tuple[DeclarationDocument, ...]:
    ours = forms[source_id]
    return tuple(
        document
        for other, document in forms.items()
        if other != source_id
        and (document.declaring_unit, document.fiscal_year) == (ours.declaring_unit, ours.fiscal_year)
    )


def rules_table() -> str:
    """One row per rule: code, level, what it says, why."""
    rows = [
        f"| `{rule.code}` | {rule.level.label} | {rule.title} | {_cell(rule.why)} | {_cell(str(rule.bad))} |"
        for rule in sorted(RULES.values(), key=lambda rule: (rule.level.rank, rule.code))
    ]
    return "\n".join(["| code | level | what | why | bad example |", "|---|---|---|---|---|", *rows])


def counts_table(found: Mapping[str, list[Finding]]) -> str:
    """Rules down, forms across, how often each fired; rules that no published form breaks are left out."""
    ids = list(found)
    counts = {
        (finding.code, source_id): sum(other.code == finding.code for other in findings)
        for source_id, findings in found.items()
        for finding in findings
    }
    rows = []
    for rule in sorted(RULES.values(), key=lambda rule: (rule.level.rank, rule.code)):
        here = [counts.get((rule.code, source_id), 0) for source_id in ids]
        if any(here):
            cells = " | ".join(str(count or "") for count in here)
            rows.append(f"| {rule.level.label} | `{rule.code}` | {cells} | {sum(here)} |")
    for level in Level:
        here = [sum(finding.level is level for finding in found[source_id]) for source_id in ids]
        rows.append(f"| **{level.label}** | all | {' | '.join(map(str, here))} | **{sum(here)}** |")
    heads = " | ".join(ids)
    return "\n".join([f"| level | rule | {heads} | sum |", "|---|---|" + "--:|" * (len(ids) + 1), *rows])


def findings_table(forms: Forms, found: Mapping[str, list[Finding]], level: Level) -> str:
    """Every finding of one level, in words."""
    rows = [
        f"| {source_id} | {describe(finding, forms[source_id], get_edition(forms[source_id].form))} "
        f"| `{finding.code}` | {_cell(finding.message)} |"
        for source_id, findings in found.items()
        for finding in findings
        if finding.level is level
    ]
    return "\n".join(["| form | place | rule | message |", "|---|---|---|---|", *rows])


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*").replace("\n", " ")


def sections(forms: Forms) -> dict[str, str]:
    """The generated parts of the page, by the name of their marker."""
    found = check_published(forms)
    return {
        "rules": rules_table(),
        "counts": counts_table(found),
        "errors": findings_table(forms, found, Level.ERROR),
        "doubts": findings_table(forms, found, Level.DOUBT),
    }


def rewritten(page: str, parts: Mapping[str, str]) -> str:
    """``page`` with the text between ``<!-- name -->`` and ``<!-- /name -->`` replaced."""
    for name, text in parts.items():
        head, opening, rest = page.partition(f"<!-- {name} -->")
        _, closing, tail = rest.partition(f"<!-- /{name} -->")
        if not opening or not closing:
            raise ValueError(f"the page has no part {name}")
        page = f"{head}{opening}\n\n{text}\n\n{closing}{tail}"
    return page
