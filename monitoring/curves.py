"""Reads a planned course as typed, “6月20%，9月60%”, into the curve that a row's progress is judged by. Pure."""

import re
import unicodedata
from decimal import Decimal

from evaluations.pace import STRAIGHT, Curve

_POINT = re.compile(r"(\d{1,2})月(?:底|末|份)?(?:前|完成|达到|为|到|至|[:=\s])*(\d{1,3}(?:\.\d{1,2})?)%?")
_BETWEEN = re.compile(r"[\s,;、。，；]+")
HOW = "写成“6月20%，9月60%”的样子：到那个月底，计划完成全年目标的百分之几。"
# A rate is kept all year, not collected month by month: “设备完好率 ≥98%” is judged in July by what it is in July.
LEVEL = Curve({1: Decimal(100)})


def read_curve(text: str) -> Curve:
    """The curve; a straight line for an empty text. Raises ``ValueError`` with a Chinese message."""
    plain = _BETWEEN.sub(" ", unicodedata.normalize("NFKC", text)).strip()
    if not plain:
        return STRAIGHT
    points: dict[int, Decimal] = {}
    rest = plain
    for found in _POINT.finditer(plain):
        month, percent = int(found[1]), Decimal(found[2])
        if month in points:
            raise ValueError(f"{month} 月写了两次。")
        points[month] = percent
        rest = rest.replace(found[0], "", 1)
    if not points or rest.strip():
        raise ValueError(f"“{text.strip()[:40]}”读不出计划。{HOW}")
    return Curve(points)
