"""Units of measure (计量单位) met in target values.

A factor stands only where it is certain: a month has no fixed number of days, a
person-time (人次) is no person.
"""

from dataclasses import dataclass
from decimal import Decimal

COUNT, RATE, TIME, MONEY, MEASURE, SCORE = (
    "count",
    "rate",
    "time",
    "money",
    "measure",
    "score",
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit; ``factor`` of it make one ``base``, or None where that is not certain."""

    name: str
    dimension: str
    base: str = ""
    factor: Decimal | None = None


_COUNTED = (
    "个 家 户 人 名 位 人次 人天 人日 人月 批次 场次 班次 台次 台班 车次 架次 例次 项次 户次 "
    "次 场 期 届 批 回 趟 轮 班 组 队 套 台 件 辆 艘 架 部 支 根 把 块 片 条 篇 本 册 份 张 幅 "
    "页 则 项 笔 起 宗 例 单 只 头 匹 株 棵 粒 盒 箱 袋 瓶 桶 包 座 栋 幢 间 处 所 点 站 "
    "床 孔 眼 口 盏 门 扇 字 万字 首 集 款 枚 尊 对 双 副 卷 盘 课时 学时 标段 科次 人/次"
)
_SCALED = {
    RATE: {"%": ("%", "1"), "‰": ("%", "0.1"), "个百分点": ("个百分点", "1")},
    TIME: {
        "秒": ("秒", "1"),
        "分钟": ("秒", "60"),
        "小时": ("秒", "3600"),
        "个小时": ("秒", "3600"),
        "天": ("天", "1"),
        "日": ("天", "1"),
        "周": ("天", "7"),
        "星期": ("天", "7"),
        "个星期": ("天", "7"),
        "工作日": ("工作日", "1"),
        "个工作日": ("工作日", "1"),
        "自然日": ("天", "1"),
        "个自然日": ("天", "1"),
        "个月": ("个月", "1"),
        "季度": ("个月", "3"),
        "个季度": ("个月", "3"),
        "年": ("个月", "12"),
        "h": ("秒", "3600"),
        "毫秒": ("秒", "0.001"),
    },
    MONEY: {
        "元": ("元", "1"),
        "千元": ("元", "1000"),
        "万元": ("元", "10000"),
        "百万元": ("元", "1000000"),
        "千万元": ("元", "10000000"),
        "亿元": ("元", "100000000"),
        "万亿元": ("元", "1000000000000"),
        "美元": ("美元", "1"),
        "万美元": ("美元", "10000"),
        "亿美元": ("美元", "100000000"),
        "欧元": ("欧元", "1"),
        "万欧元": ("欧元", "10000"),
        "港元": ("港元", "1"),
        "万港元": ("港元", "10000"),
    },
    MEASURE: {
        "毫米": ("米", "0.001"),
        "厘米": ("米", "0.01"),
        "米": ("米", "1"),
        "延米": ("延米", "1"),
        "千米": ("米", "1000"),
        "公里": ("米", "1000"),
        "km": ("米", "1000"),
        "m": ("米", "1"),
        "平方米": ("平方米", "1"),
        "平米": ("平方米", "1"),
        "m²": ("平方米", "1"),
        "公顷": ("平方米", "10000"),
        "平方公里": ("平方米", "1000000"),
        "km²": ("平方米", "1000000"),
        "立方米": ("立方米", "1"),
        "m³": ("立方米", "1"),
        "升": ("升", "1"),
        "毫升": ("升", "0.001"),
        "克": ("千克", "0.001"),
        "千克": ("千克", "1"),
        "公斤": ("千克", "1"),
        "kg": ("千克", "1"),
        "斤": ("千克", "0.5"),
        "吨": ("千克", "1000"),
        "千瓦": ("千瓦", "1"),
        "千瓦时": ("千瓦时", "1"),
        "兆瓦": ("千瓦", "1000"),
        "倍": ("倍", "1"),
    },
    SCORE: {"分": ("分", "1")},
}
# No certain factor: 亩 is 2000/3 平方米; KB, MB and the like have two meanings.
_PLAIN = {
    MEASURE: "亩 度 摄氏度 ℃ 分贝 dB KB MB GB TB PB Mbps Gbps M",
    TIME: "学期 个学期 半年 学年 刻钟 工时",
}


def _table() -> dict[str, Unit]:
    units = {name: Unit(name, COUNT) for name in _COUNTED.split()}
    for dimension, names in _PLAIN.items():
        units |= {name: Unit(name, dimension) for name in names.split()}
    for dimension, scaled in _SCALED.items():
        for name, (base, factor) in scaled.items():
            units[name] = Unit(name, dimension, base, Decimal(factor))
    return units


UNITS: dict[str, Unit] = _table()

# Spellings that mean a unit of the table, but that nobody should have to guess.
MISSPELT = {
    "百分比": "%",
    "m2": "m²",
    "M2": "m²",
    "㎡": "m²",
    "km2": "km²",
    "m3": "m³",
    "平方": "平方米",
    "人/次": "人/次",
    "M": "M",
}


def dimension_of(unit: str) -> str:
    """``count``, ``rate``, ``time``, ``money``, ``measure``, ``score``, or ``""``.

    A unit per something (``次/年``, ``万元/人``) has the dimension of its first part.
    """
    known = UNITS.get(unit) or UNITS.get(unit.partition("/")[0].partition("·")[0])
    return known.dimension if known else ""
