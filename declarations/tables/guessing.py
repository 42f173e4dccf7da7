"""Which group of the form an indicator belongs to, guessed from what stands beside it. A guess is shown, never kept."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from declarations.tables.kinds import Group, frame_groups
from perfgoals.editions import Edition

# What a name says about its group, in this order; ``Category.nature`` and ``Dimension.nature`` of the edition answer.
_NATURES = (
    ("satisfaction", re.compile(r"满意")),
    ("timeliness", re.compile(r"及时|时效|时长|时间|期限|准时|按时|进度|周期")),
    ("quantity", re.compile(r"(数量|次数|人数|人次|户数|家数|场次|面积|规模|数)$|数量")),
    ("quality", re.compile(r"(合格|准确|完好|达标|通过|处理|可用|正常|验收|完成|优良|成功)率|质量")),
)


def plain_group(name: str) -> str:
    """``产出目标``, ``产出指标`` and ``产出`` are one group; so are ``投入和管理目标`` and ``投入与管理``."""
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", name))
    return re.sub(r"(目标|指标)$", "", text).replace("和", "与")


@dataclass(frozen=True)
class Guesser:
    """Knows the form's groups, where indicators of these names usually stand, and where the caret was."""

    edition: Edition
    usual: Mapping[str, Group]  # indicator name → group, from the form's default rows and the library
    here: Group | None = None

    def group(self, level1: str, level2: str, name: str) -> tuple[Group | None, str]:
        """The group, and in words how it was found where that is not plain to see."""
        if level1 or level2:
            return self._named(level1, level2, name)
        if name in self.usual:
            return self.usual[name], ""
        if group := self._by_nature(name):
            return group, "按名称猜的组"
        if self.here in frame_groups(self.edition):
            return self.here, ""
        return None, ""

    def _named(self, level1: str, level2: str, name: str) -> tuple[Group | None, str]:
        groups = frame_groups(self.edition)
        if level1 and level2:
            wanted = (plain_group(level1), plain_group(level2))
            fits = [g for g in groups if (plain_group(g[0]), plain_group(g[1])) == wanted]
        else:
            wanted_one = plain_group(level1 or level2)
            at = 0 if level1 else 1
            fits = [g for g in groups if plain_group(g[at]) == wanted_one]
        if len(fits) == 1:
            return fits[0], ""
        if self.usual.get(name) in fits:
            return self.usual[name], ""
        if not fits:
            return None, f"这张表没有“{level1 or level2}{' › ' + level2 if level1 and level2 else ''}”"
        return None, ""

    def _by_nature(self, name: str) -> Group | None:
        for nature, pattern in _NATURES:
            if pattern.search(name) and (group := self._of_nature(nature)):
                return group
        return None

    def _of_nature(self, nature: str) -> Group | None:
        for dimension in self.edition.frame:
            for category in dimension.categories:
                if category.nature == nature:
                    return dimension.name, category.name
        # On a form with one level of groups, counts, quality and time are all output.
        wanted = "satisfaction" if nature == "satisfaction" else "output"
        for dimension in self.edition.frame:
            if not dimension.categories and dimension.nature == wanted:
                return dimension.name, ""
        return None
