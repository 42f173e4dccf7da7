"""Target values without a digit: state words, trends, promises and references.

The classes are those of ``domain.md`` section 10: a state word is a yes/no
question, a trend needs a base, a reference needs the document it points to, an
activity is no target. The order of ``_PHRASES`` matters: the first that fits wins.
"""

import re
from typing import NamedTuple

from perfgoals.targets.reading import Kind
from perfgoals.targets.spelling import TITLE
from perfgoals.targets.units import UNITS


class Wording(NamedTuple):
    """How a text without digits is read."""

    kind: Kind
    doubts: tuple[str, ...] = ()
    operator: str | None = None
    explicit: bool = False
    parts: tuple[str, ...] = ()


_STATES = (
    "健全 有效 合规 规范 完备 可控 合理 符合 共享 合格 完整 完成 安全 稳定 完善 必要 准确 达标 "
    "科学 公开 公正 公平 透明 真实 明确 充分 齐全 严格 正常 通畅 畅通 顺畅 协调 可靠 匹配 适用 "
    "一致 相符 合法 及格 通过 具备 满足 到位 落实 健康 清晰 可行 可用 是 否 有 已建立 已完成 全部完成 "
    "完整准确 真实准确 合法合规 安全稳定 规范有效 健全有效 健全完善 安全有效 完整规范"
)
_GRADES = "优 良 中 差 优秀 良好 优良 一般 较好 好 较差 满意 较满意 比较满意 基本满意 非常满意 不满意"
_TRENDS = (
    "提高 提升 改善 加大 上升 下降 增长 缩短 降低 减少 增强 优化 扩大 增加 加强 好转 收入增长 显著 "
    "明显 效果明显 效果显著 成效显著 深化 巩固 巩固提高 持续 长期 可持续"
)
_SPEEDS = "及时 快速 迅速 尽快 高效 按需及时 立即 随时 实时 较快 快捷"
_ON_PLAN = "按时 按期 如期 准时 按时完工 按时完成 按期完成 如期完成 按时完成任务 按时拨付 按时支付 按时发放"
_CIRCULAR = "有力保障 达到预期 达标完成 有所保障 有保障"
_GIVEN_UP = "达成 部分达成 未达成 达成预期指标 部分达成预期指标 未达成预期指标 未完成"
_ACTIONS = "公开招投标 探索并建设 建立 开展 建设 探索 组织 实施 执行 推进 推动 协助 参与 配合 制定 编制"
_SAYS_NOTHING = "* ** *** / // \\ - -- — —— ——— – _ __ ___ . .. ... … …… ? ?? 、 ~ # 空 暂无 待定 略 同上 详见附件 N/A n/a NA null None"

_WORDS: dict[str, Wording] = {
    **{word: Wording(Kind.QUALITATIVE) for word in _STATES.split()},
    **{word: Wording(Kind.QUALITATIVE, ("grade",), ">=") for word in _GRADES.split()},
    **{word: Wording(Kind.QUALITATIVE, ("trend_without_baseline",)) for word in _TRENDS.split()},
    **{word: Wording(Kind.QUALITATIVE, ("word_for_number",)) for word in _SPEEDS.split()},
    **{word: Wording(Kind.QUALITATIVE, ("plan_end",)) for word in _ON_PLAN.split()},
    **{word: Wording(Kind.QUALITATIVE, ("circular",)) for word in f"{_CIRCULAR} {_GIVEN_UP}".split()},
    **{word: Wording(Kind.QUALITATIVE, ("action_not_target",)) for word in _ACTIONS.split()},
    **{mark: Wording(Kind.NONE, ("placeholder",)) for mark in _SAYS_NOTHING.split()},
    "": Wording(Kind.NONE, ("empty",)),
    "无": Wording(Kind.NONE, ("placeholder",)),
}

_SLOT = re.compile(r"\*|[×xX]{2,}|_{2,}|[□○◯]|…{1,}|\.{3,}|\?{2,}")
_UNIT_MARKS = re.compile(r"[/、·,;每()≥≤<>= ]+")
_LETTER = re.compile(r"[^\W_]")
_TITLED = re.compile(rf"[{TITLE}\W]*{TITLE}[{TITLE}\W]*")
_SIGN = re.compile("[≥≤<>=]")
_TWO_CHECKS = re.compile(
    r"((?:健全|制定|制订|建立|完善|编制|出台)[^并且,;、]{0,8})[并且]((?:有效|严格)?(?:执行|落实|实施|运行))"
)
_NUMERAL = re.compile(
    r"(?:\A|[≥≤<>=]|[于到过少多足约上数近几]|每[年月周天日]|每季度|一年)"
    r"(?!十分|一[次起定般])(?:[一二两三四五六七八九十百千]+|[一二三四五六七八九十百千万亿]*[十百千]*[万亿])"
    r"(?:个工作日|工作日|个月|小时|分钟|人次|[次家个人户场期份篇项台套件天周年起名种])(?![性体])"
)

_ABOVE = r"(?P<above>(?:及|\(含\))?以上)?"
_GRADE_WORD = r"(?:优秀|良好|优良|较满意|比较满意|基本满意|非常满意|满意)"
_ASKS = r"(?:目标|要求|指标|效果|标准|水平|程度|目的|进度)"

_PHRASES: tuple[tuple[re.Pattern[str], tuple[str, ...], str | None], ...] = tuple(
    (re.compile(pattern), doubts, operator)
    for pattern, doubts, operator in (
        (r"扣分|加分|酌情|得分|不得分|计分", ("rule_not_target",), None),
        (r"百分之[一二三四五六七八九十百]|应.尽.|全覆盖|不(?:得)?(?:发生|产生|出现)|[未无没](?:有)?(?:发生|产生|出现)|杜绝|\A零[^\d]{2}|\A无.{0,8}(?:事故|事件|投诉|差错|违规)",
         ("hidden_number",), "="),
        (r"不(?:得|能)?(?:低于|少于).{0,8}(?:上年|去年|同期)", ("relative",), ">="),
        (r"不(?:得|能)?(?:高于|超过|多于).{0,8}(?:上年|去年|同期)", ("relative",), "<="),
        (r"同比|环比|[较比与](?:上年|去年|同期)", ("trend_without_baseline", "relative"), None),
        (r"\A(?:[^,;]{0,12})(?:不得|不能|不可|不)(?:突破|超过|高于|多于|大于|超)", ("outside_reference",), "<="),
        (r"\A(?:[^,;]{0,12})(?:不得|不能|不可|不)(?:低于|少于|小于)", ("outside_reference",), ">="),
        (r"\A(?:小于|低于|少于)", ("outside_reference",), "<"),
        (r"\A(?:大于|高于|超过|优于)", ("outside_reference",), ">"),
        (r"(?:达到|达成|实现|完成|符合|满足)(?:了)?(?:预期|既定|预定|设定|年度|相应|各项|工作|质量)?的?" + _ASKS + r"\Z",
         ("circular",), None),
        (r"(?:提高|提升|改善|加大|上升|下降|增长|缩短|降低|减少|增强|优化|扩大|增加|好转|促进作用|积极影响|推动作用)\Z"
         r"|\A(?:进一步|逐年|逐步|稳步|持续|不断|大幅|同比|环比|明显|显著)",
         ("trend_without_baseline",), None),
        (r"(?:操作|(?:协调|开展|支持|分工)工作|运维工作|协调管理|协同|交流|总务科|纪要|招投标|招标)\Z"
         r"|\A(?:发布|公开|探索|建立|开展|组织|协助|推动|推进|配合|加强|落实|做好|举办|编制|制定|提供|形成|参与|通过数据|支持)",
         ("action_not_target",), None),
        (r"根据|按照|依据|依照|参照|参考|规定|按.{1,20}(?:要求|标准|规范|计划|进度|安排|分工|节点)|满足.+要求|符合.+(?:要求|标准)"
         r"|经.{1,40}(?:审核|审定|批准|确认|认定)|通过.{0,12}(?:报告|验收|评审|审核|检测|审计|认证)|获.+(?:奖|称号|表彰)|\A入选"
         r"|\A按.{1,4}安排",
         ("outside_reference",), None),
    )
)  # fmt: skip
_RANKED = re.compile(rf"(?:排名|考核|评比|评价|评定|审查).*{_GRADE_WORD}{_ABOVE}\Z")
_ORDINAL = re.compile(
    rf"(?:[^,;、]{{0,12}})(?:[一二三四五特]等奖?|[一二三四五]级|[A-Ea-e]{{1,4}}级|[一二三四五]星级|{_GRADE_WORD}|[优良中差]){_ABOVE}"
)
_PLAN_WINDOW = re.compile(r"计划.{0,6}(?:时间|期限|日期|工期)(?:之?内|之?前|以前)|(?:计划|合同)(?:工期|期限)内")
_LIST = re.compile("[、;,]")
_SHORT = 4
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_ENDS_WELL = tuple(word for word in _STATES.split() if len(word) > 1)


def known_word(text: str) -> Wording | None:
    """The reading of a text that is one word of the field, else None."""
    return _WORDS.get(text)


def has_slot(text: str) -> bool:
    """Whether an unfilled slot of a template (``**``, ``××``, ``__``) stands in the text."""
    return bool(_SLOT.search(text))


def read_words(text: str) -> Wording:
    """The reading of a cleaned text without a digit; total."""
    if known := _WORDS.get(text):
        return known
    if _TITLED.fullmatch(text):
        return Wording(Kind.QUALITATIVE, ("outside_reference",))
    if not _LETTER.search(text) or has_slot(text) or _nothing_but_units(text):
        return Wording(Kind.NONE, ("placeholder",))
    if both := _TWO_CHECKS.fullmatch(text):
        return Wording(Kind.COMPOSITE, ("two_targets",), parts=(both[1], both[2]))
    if _NUMERAL.search(text):
        return Wording(Kind.QUALITATIVE, ("chinese_numeral",))
    if _PLAN_WINDOW.search(text):
        return Wording(Kind.DEADLINE, ("plan_end",), "<=", True)
    if ranked := _RANKED.search(text):
        return _graded(("outside_reference", "grade"), ranked)
    if grade := _ORDINAL.fullmatch(text):
        return _graded(("grade",), grade)
    for pattern, doubts, operator in _PHRASES:
        if pattern.search(text):
            return Wording(Kind.QUALITATIVE, doubts, operator, operator not in (None, "="))
    return _rest(text)


def _graded(doubts: tuple[str, ...], match: re.Match[str]) -> Wording:
    return Wording(Kind.QUALITATIVE, doubts, ">=", match["above"] is not None)


def _nothing_but_units(text: str) -> bool:
    """``≥ 亩``, ``元/台、件、辆、套``: a form that was never filled in."""
    words = _UNIT_MARKS.split(text)
    if not all(word in UNITS or not word for word in words):
        return False
    return bool(_SIGN.search(text)) or any(words)


def _rest(text: str) -> Wording:
    if _SIGN.search(text):
        return Wording(Kind.QUALITATIVE, ("unclear_wording",))
    if text.startswith(("按时", "按期", "如期", "准时")):
        return Wording(Kind.QUALITATIVE, ("plan_end",))
    if _LIST.search(text):
        return Wording(Kind.COMPOSITE, ("two_targets",))
    if text.startswith("及时") or text.endswith("及时"):
        return Wording(Kind.QUALITATIVE, ("word_for_number",))
    if text.endswith(_ENDS_WELL) or (len(text) <= _SHORT and _HAN.fullmatch(text)):
        return Wording(Kind.QUALITATIVE)
    return Wording(Kind.QUALITATIVE, ("free_text",))
