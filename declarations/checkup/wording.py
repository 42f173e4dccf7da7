"""How findings say things: quoted values, lists of rows, amounts, and several equal remarks said once."""

import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from declarations.checkup.contract import Remark
from declarations.checkup.sheet import Line
from perfgoals.findings import Fix

# Up to this many equal remarks stand at their own rows; more of them are said once.
APART = 2
NAMED = 8


def shown(text: str, limit: int = 40) -> str:
    """``text`` in quotation marks, on one line, cut where it is long."""
    flat = re.sub(r"\s+", " ", text.strip())
    return f"“{flat[:limit]}……”" if len(flat) > limit + 2 else f"“{flat}”"


def amount(value: Decimal) -> str:
    """An amount as work pages show it: ``8,825,000.00``."""
    return f"{value:,.2f}".replace("-", "−")


def number(value: Decimal) -> str:
    """A number without needless zeros: ``2.50`` → ``2.5``."""
    return format(value.normalize(), "f") if value else "0"


def listed(items: Iterable[str]) -> str:
    """``“a”“b”``, or the first few and how many there are."""
    names = list(items)
    more = f"等 {len(names)} 处" if len(names) > NAMED else ""
    return "、".join(names[:NAMED]) + more


def cells(lines: Sequence[Line]) -> str:
    """The rows by name and value, for a sentence that is about all of them."""
    return listed(f"{shown(line.name, 24)}{shown(line.target, 24)}" for line in lines)


def names(lines: Sequence[Line]) -> str:
    return listed(shown(line.name, 24) for line in lines)


def change(line: Line, value: str, column: str = "target") -> Fix:
    """The fix that writes ``value`` into a cell of ``line``."""
    return Fix(f"改为 {value}", ((line.path(column), value),))


def apart_or_once(
    lines: Sequence[Line],
    one: Callable[[Line], str],
    many: Callable[[Sequence[Line]], str],
    *,
    fixes: Callable[[Line], tuple[Fix, ...]] = lambda line: (),
    column: str = "target",
    apart: int = APART,
) -> list[Remark]:
    """A remark at each of a few rows, or one remark at the first of many.

    The one remark offers all first fixes as a single one, so that a page of equal slips is mended by one button.
    """
    if len(lines) <= apart:
        return [Remark(line.path(column), one(line), fixes(line)) for line in lines]
    first = [offered[0] for line in lines if (offered := fixes(line))]
    return [Remark(lines[0].path(column), many(lines), (_all(first),) if first else ())]


def _all(fixes: Sequence[Fix]) -> Fix:
    """One button for all of ``fixes``; it says what it writes."""
    labels = list(dict.fromkeys(fix.label for fix in fixes))
    if len(labels) == 1:
        label = f"{len(fixes)} 行都{labels[0]}"
    else:
        rest = "、".join(label.removeprefix("改为 ") for label in labels[1:3])
        label = f"{len(fixes)} 行分别{labels[0]}、{rest}{'……' if len(labels) > 3 else ''}"
    return Fix(label, tuple(pair for fix in fixes for pair in fix.changes))
