"""In which order a reviewer reads self-evaluations: what needs a human first, and why, in words (I15).

Pure. All it needs stands in the columns that a check-up keeps, so the order is one stored number and every place in the
list can be explained without looking at a form. Points are a reading order, not a verdict; pages show three words (先看,
要看, 可快看) and the sentences, never the number.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

NOTHING = "没有需要人看的地方"
NOT_RANKED = "还没有体检过，先看"
UNRANKED = 999  # as ``declarations.models.UNRANKED``: before all others, nothing is known of this form yet
FIRST, LOOK = 40, 15

# What a finding is called in a list, and how much it weighs: (words, points). Others weigh nothing by themselves.
CODES = MappingProxyType(
    {
        "execution_far_from_output": ("执行率和产出相差太大", 24),
        "narrative_against_points": ("文字和得分对不上", 24),
        "given_above_computed": ("自评分高于按公式算的", 22),
        "perfect_with_low_execution": ("满分而执行率低于 80%", 24),
        "perfect_without_problems": ("满分而没有一个问题", 12),
        "lost_points_without_problems": ("扣了分而说没有问题", 16),
        "overspent": ("执行数超过预算数", 16),
        "points_moved": ("分值和批复的不同", 16),
        "head_is_not_a_target": ("目标值不是目标", 12),
        "low_execution": ("执行率低", 8),
        "budget_changed": ("预算调整过", 6),
        "far_over": ("远超目标", 8),
        "direction": ("比较方向要确认", 8),
        "targets_outdated": ("目标调整过没有重取", 20),
    }
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the order is counted from, as a check-up keeps it. ``doubts`` are the codes of all 疑问, answered ones too."""

    errors: int = 0
    open_doubts: int = 0
    doubts: tuple[str, ...] = ()
    amount: Decimal | None = None
    total: Decimal | None = None


def doubts_of(finding_codes: str) -> tuple[str, ...]:
    """The codes of 疑问 in ``|doubt:code|hint:code|``."""
    pairs = (one.partition(":") for one in finding_codes.strip("|").split("|"))
    return tuple(code for level, _, code in pairs if level == "doubt")


def parts(facts: Facts) -> list[tuple[int, str]]:
    """(points, words) of every reason, the weightiest first."""
    found = []
    if facts.errors:
        found.append((60, f"{facts.errors} 处错误没有改"))
    if facts.open_doubts:
        found.append((40, f"{facts.open_doubts} 处疑问没有理由"))
    if facts.total is None:
        found.append((30, "总分没有定"))
    found += [(CODES[code][1], CODES[code][0]) for code in facts.doubts if code in CODES]
    others = sum(code not in CODES for code in facts.doubts)
    if others:
        found.append((4 * min(others, 3), f"另有 {others} 种疑问，都写了理由"))
    if facts.amount is not None and facts.amount >= 5_000_000:
        found.append((8, "全年预算 500 万元以上"))
    return sorted(found, key=lambda part: -part[0])


def points(facts: Facts) -> int:
    return min(UNRANKED - 1, sum(number for number, _ in parts(facts)))


def sentence(reasons: Sequence[tuple[int, str]], more: Iterable[str] = ()) -> str:
    """“文字和得分对不上；满分而没有一个问题；退回过，改好重报”."""
    return "；".join([*(words for _, words in reasons), *more]) or NOTHING


def band(number: int) -> int:
    """3 先看, 2 要看, 1 可快看."""
    return 3 if number >= FIRST else 2 if number >= LOOK else 1
