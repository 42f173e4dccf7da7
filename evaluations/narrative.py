"""What the text of a self-evaluation says: that something was not done, or nothing at all.

Words only, no judgement. A sentence that denies it (“没有未完成的事项”) or speaks of others (“未完成整改的企业”) does not count.
"""

import re
from collections.abc import Iterator

NOTHING_SAID = frozenset(("", "无", "无。", "暂无", "暂无。", "没有", "没有。", "不存在", "/", "-", "—"))
_EVENT = "活动|会议|培训|展会|论坛|赛事|讲座|宣传|检查|调研|项目|工程|工作"
_NOT_DONE = re.compile(
    rf"(?:{_EVENT})[^，。；！？\n]{{0,8}}(?:取消|停办|暂停|搁置|未果)"
    r"|(?:未能?|没有|没能)(?:按期|按时|如期|正常|全部|及时)?(?:举办|举行|开展|召开|实施|完成|启动|开工|建成|达到预期|达到目标)"
)
_DENIED = re.compile(r"(?:没有|未发现|不存在|杜绝|避免|无)[^，。；！？\n]{0,6}$")
# “为5家未完成股改的企业提供服务” says something about others.
_OF_OTHERS = re.compile(
    r"[^，。；！？\n]{0,10}?的(?:企业|单位|机构|公司|人员|个人|居民|群众|商户|家庭|学生|事项|问题)"
)
_SENTENCE = re.compile(r"[^。！？；\n]+")


def not_done(text: str) -> Iterator[str]:
    """Sentences that say that something was not done; “没有未完成的事项” says the opposite."""
    for sentence in _SENTENCE.finditer(text):
        said = sentence.group().strip()
        claims = [
            found
            for found in _NOT_DONE.finditer(said)
            if not _DENIED.search(said[: found.start()]) and not _OF_OTHERS.match(said, found.end())
        ]
        if claims:
            yield said if len(said) <= 40 else f"{said[:40]}…"


def says_nothing(text: str | None) -> bool:
    return (text or "").strip() in NOTHING_SAID
