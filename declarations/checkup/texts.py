"""The long texts: repeated names and sentences, brackets and quotation marks, lengths, promises without a row."""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from declarations.checkup.contract import Remark, rule
from declarations.checkup.samples import Sample
from declarations.checkup.sheet import Sheet
from declarations.checkup.wording import listed, shown
from perfgoals.documents.declaration import read_amount
from perfgoals.documents.difference import core
from perfgoals.findings import Level

PARAGRAPHS = (
    "project_overview", "legal_basis", "necessity", "safeguards", "implementation_plan", "overall_goal",
    "annual_goal",
)  # fmt: skip
# Longer texts are not examined: no published one has more than 1,600 characters.
_EXAMINED = 20_000


@rule(
    "overview_is_name",
    Level.DOUBT,
    "项目概况只重复了项目名称",
    why="财预〔2015〕88号要求绩效目标指向明确：没有参加过这个项目的人，要能从概况看出做什么、为谁做、多大规模。",
    good=Sample("房屋地上2层，局部设有3层阁楼，建筑面积约为1344m2。", "xxzx-2020-1"),
    bad=Sample("财政网络基础平台(运维)。", "czj-2020-2"),
)
def overview_is_name(sheet: Sheet) -> Iterator[Remark]:
    """domain.md 8.3 第 22 行。"""
    name, overview = core(sheet.document.project_name or ""), core(sheet.document.project_overview or "")
    if name and overview in (name, f"{name}项目", f"{name}经费", f"开展{name}", f"{name}工作"):
        yield Remark("project_overview", f"“{sheet.term('project_overview')}”只重复了项目名称。")


@rule(
    "field_copies_field",
    Level.HINT,
    "两栏写了同样的话",
    why="概况说做什么，必要性说为什么要做，计划说怎么做；同一句话填不了两栏。",
    good=Sample("拟对对2号楼进行全面修缮", "xxzx-2020-1"),
    bad=Sample("为非税系统日常业务工作开展提供良好的技术支撑", "czj-2020-3"),
)
def field_copies_field(sheet: Sheet) -> Iterator[Remark]:
    """一栏的全文出现在另一栏里。"""
    texts = [(key, core(text[:_EXAMINED])) for key, text in sheet.paragraphs(*PARAGRAPHS)]
    for index, (key, text) in enumerate(texts):
        for other, longer in texts[:index] + texts[index + 1 :]:
            later = [name for name, _ in texts].index(other) > index
            if len(text) >= 20 and text in longer and not (text == longer and later):
                yield Remark(key, f"“{sheet.term(key)}”的话“{sheet.term(other)}”里都有。")
                break


@rule(
    "sentence_twice",
    Level.HINT,
    "一句话写了两遍",
    why="多半是复制时多贴了一次。",
    good=Sample("加强本市会计管理，贯彻实施国家会计制度。", "czj-2020-4"),
    bad=Sample("贯彻执行财政部优秀会计人才队伍建设。", "czj-2020-4"),
)
def sentence_twice(sheet: Sheet) -> Iterator[Remark]:
    """同一栏里重复的整句（12 字以上）。"""
    for key, text in sheet.paragraphs(*PARAGRAPHS):
        seen: set[str] = set()
        twice: list[str] = []
        for sentence in re.split(r"[。；;\n]", text[:_EXAMINED]):
            said = re.sub(r"^\d+", "", core(sentence))
            if len(said) >= 12 and said in seen:
                twice.append(re.sub(r"^[\s\d.、]+", "", sentence))
            seen.add(said)
        if twice:
            yield Remark(
                key, f"“{sheet.term(key)}”里写了两遍：{listed(shown(sentence) for sentence in twice)}。"
            )


# Widths are mixed in official texts (（运维), so a pair is a pair of kinds.
_OPENING = {
    "（": "(",
    "(": "(",
    "《": "《",
    "〈": "〈",
    "【": "【",
    "〔": "[",
    "[": "[",
    "［": "[",
    "“": "“",
    "‘": "‘",
}
_CLOSING = {
    "）": "(",
    ")": "(",
    "》": "《",
    "〉": "〈",
    "】": "【",
    "〕": "[",
    "]": "[",
    "］": "[",
    "”": "“",
    "’": "‘",
}
_ITEM_MARK = re.compile(
    r"(?:^|(?<=[\s。；;，,、：:]))[0-9０-９一二三四五六七八九十]{1,2}[)）]|\d[’”′″]|[A-Za-z]’[A-Za-z]"
)
_MARK = re.compile("[" + re.escape("".join([*_OPENING, *_CLOSING])) + "]")


@rule(
    "unbalanced_marks",
    Level.HINT,
    "括号或引号不成对",
    why="少一半或左右颠倒的括号、引号，会让文件名和文号读错。",
    good=Sample("《上海金融创新奖评审和组织实施办法》【沪府办发[2017]8号】", "sjrb-2018-3"),
    bad=Sample("（沪府办发[2017]8号；", "sjrb-2018-3"),
)
def unbalanced_marks(sheet: Sheet) -> Iterator[Remark]:
    """种子表的错字：sjrb-2018-3 少“）”，xxzx-2020-1 引号左右颠倒。"""
    for key, text in sheet.paragraphs("project_name", *PARAGRAPHS, "remarks"):
        if place := _first_unbalanced(text[:_EXAMINED]):
            yield Remark(key, f"“{sheet.term(key)}”里的括号或引号不成对：{shown(place)}。")
    for line in sheet.lines:
        for column, text in (("name", line.row.name), ("target", line.row.target)):
            if "wrong_operator_glyph" not in line.reading.doubts and _first_unbalanced(text):
                yield Remark(line.path(column), f"{shown(text)}的括号或引号不成对。")


@lru_cache(maxsize=4_000)
def _first_unbalanced(text: str) -> str:
    """The text around the first mark without its partner, or ""."""
    plain = _ITEM_MARK.sub(lambda found: " " * len(found[0]), text)
    waiting: list[tuple[str, int]] = []
    for found in _MARK.finditer(plain):
        kind, at = found[0], found.start()
        if kind in _OPENING:
            waiting.append((_OPENING[kind], at))
        elif waiting and waiting[-1][0] == _CLOSING[kind]:
            waiting.pop()
        else:
            waiting.append((kind, at))
            break
    if not waiting:
        return ""
    at = waiting[-1][1] if waiting[-1][0] in _CLOSING else waiting[0][1]
    return text[max(0, at - 8) : at + 14]


@rule(
    "document_number",
    Level.HINT,
    "文号写法不对",
    why="文号是机关代字、年份和序号，写全了才查得到文件。",
    good=Sample("（沪府办发〔2016〕15号）", "xxzx-2020-4"),
    bad=Sample("（发改规划（201631060号））", "xxzx-2020-7"),
)
def document_number(sheet: Sheet) -> Iterator[Remark]:
    """种子表：发改规划（201631060号）、发改办法规  2016  219号。"""
    odd = re.compile(
        r"[\u4e00-\u9fff]{2,8}\s*[（(〔\[]?20\d{6,8}号|[\u4e00-\u9fff]{2,8}\s{1,3}20\d\d\s{1,3}\d{1,5}\s*号"
    )
    for key, text in sheet.paragraphs("legal_basis", "project_overview", "necessity", "safeguards"):
        if found := [match[0] for match in odd.finditer(text[:_EXAMINED])]:
            wrong = listed(shown(text) for text in found)
            yield Remark(
                key,
                f"“{sheet.term(key)}”里的文号{wrong}看不出年份和序号。请写成“发改财金〔2014〕2340号”的样子。",
            )


@rule(
    "text_too_long",
    Level.DOUBT,
    "超出表上的字数",
    why="表式限定了这一栏的字数，超出的部分打印和上报时会被拒收或截断。",
    good=Sample("建立上海金融机构扶持政策管理系统和金融人才培养服务系统。", "sjrb-2018-1"),
    bad=Sample("（超过本栏字数上限的文字）"),
)
def text_too_long(sheet: Sheet) -> Iterator[Remark]:
    """各表式的 max_length。"""
    for field in sheet.edition.fields.values():
        length = len(sheet.document.text(field.key))
        if field.max_length and length > field.max_length:
            yield Remark(field.key, f"“{field.term}”有 {length} 字，表上最多 {field.max_length} 字。")


# Units in which a goal text promises something that a row can hold. 个 only where no part of a text is counted.
_PROMISE = re.compile(
    r"(?<![\d.\-—–~至/第〔\[（(])(\d[\d,]*(?:\.\d+)?)\s*(万|亿)?\s*"
    r"(%|％|‰|小时|分钟|个工作日|工作日|人次|名|人|家|场|套|份|篇|册|笔|户|次|件|条|台)"
    r"(?!工作日|以上学历|级|月|例|款|主义|大|民)"
)
_TITLES = re.compile(r"《[^》]*》|〔[^〕]*〕|\[[^\]]*\]|第[\d一二三四五六七八九十]+[条款次届期]")
_SCALE = {None: 1, "": 1, "万": 10_000, "亿": 100_000_000}


@rule(
    "promise_without_row",
    Level.HINT,
    "目标文字里的数没有指标",
    why="目标里承诺了的数，指标里要有一行，年底才核对得到。",
    good=Sample("组织至少5场现场招聘活动", "sjrb-2018-4"),
    bad=Sample("配备8名运维人员", "czj-2020-3"),
)
def promise_without_row(sheet: Sheet) -> Iterator[Remark]:
    """F45：目标文字里的每个数在指标里找得到。只比较数，不比较单位，宁可少说。"""
    held = {value for line in sheet.lines for value in _numbers_of(line.row.target, line.row.name)}
    for key, text in sheet.paragraphs("overall_goal", "annual_goal"):
        loose = [
            found[0].strip()
            for found in _PROMISE.finditer(_TITLES.sub(" ", text[:_EXAMINED]))
            if (value := read_amount(found[1])) is not None and value * _SCALE[found[2]] not in held
        ]
        if loose and sheet.lines:
            words = listed(shown(word) for word in dict.fromkeys(loose))
            yield Remark(key, f"“{sheet.term(key)}”写了{words}，指标里没有这个数。")


@lru_cache(maxsize=20_000)
def _numbers_of(*texts: str) -> frozenset[Decimal]:
    """Every number in the texts, with 万 and 亿 worked out."""
    found = [match for text in texts for match in re.finditer(r"(\d[\d,]*(?:\.\d+)?)\s*(万|亿)?", text)]
    return frozenset(
        value * _SCALE[match[2]] for match in found if (value := read_amount(match[1].rstrip(","))) is not None
    )
