"""Frames of different years side by side: 2018 → 2020 → national."""

import pytest

from perfgoals.editions import get_edition, map_group

OLD, PUBLIC, TABLE, NEW, NATIONAL = (
    "sh-2018-declaration",
    "sh-2018-disclosure",
    "sh-2020-target-table",
    "sh-2020-declaration",
    "national-2021-declaration",
)


@pytest.mark.parametrize(
    ("level1", "level2", "source", "target", "name", "wanted"),
    [
        # One level into two: only a known name settles level 2.
        ("投入和管理目标", None, OLD, NEW, "预算执行率", ("投入与管理", "投入管理")),
        ("投入和管理目标", None, OLD, NEW, "财务监控有效性", ("投入与管理", "财务管理")),
        ("投入和管理目标", None, OLD, NEW, "计划制定及执行情况", ("投入与管理", None)),
        ("产出目标", None, OLD, NEW, "系统测试通过率", ("产出目标", None)),
        # 满意度: under 影响力目标 in 2018, under 效果目标 in 2020, a group of its own in the national frame.
        ("影响力目标", None, OLD, NEW, "用户综合满意度", ("效果目标", "满意度")),
        ("影响力目标", None, OLD, NATIONAL, "用户综合满意度", ("满意度指标", "服务对象满意度指标")),
        ("影响力目标", "满意度目标", PUBLIC, NEW, "使用者满意度", ("效果目标", "满意度")),
        ("效果目标", "满意度", NEW, NATIONAL, "员工满意度", ("满意度指标", "服务对象满意度指标")),
        ("满意度指标", "服务对象满意度指标", NATIONAL, NEW, "", ("效果目标", "满意度")),
        ("满意度指标", "服务对象满意度指标", NATIONAL, OLD, "", ("影响力目标", None)),
        # Two levels into two, by nature.
        ("产出目标", "数量目标", PUBLIC, NEW, "小贷公司监管数量", ("产出目标", "数量")),
        ("产出目标", "时效", NEW, NATIONAL, "完工进度", ("产出指标", "时效指标")),
        ("效果目标", "环境效益", NEW, NATIONAL, "", ("效益指标", "生态效益指标")),
        ("影响力目标", "可持续目标", PUBLIC, NEW, "", ("影响力目标", "长效管理")),
        ("影响力目标", "其它", TABLE, NEW, "档案管理机制", ("影响力目标", "其它")),
        # Two levels into one.
        ("产出目标", "质量", NEW, OLD, "", ("产出目标", None)),
        # What the other frame does not have.
        ("影响力目标", "信息共享", NEW, NATIONAL, "", ("效益指标", None)),
        ("投入与管理", "财务管理", NEW, NATIONAL, "财务监控有效性", None),
        ("成本指标", "经济成本指标", NATIONAL, NEW, "", ("产出目标", None)),
        ("没有这一级", None, OLD, NEW, "", None),
    ],
)
def test_a_group_of_the_same_nature(level1, level2, source, target, name, wanted):
    assert map_group(level1, level2, get_edition(source), get_edition(target), name=name) == wanted


@pytest.mark.parametrize("edition_id", [OLD, PUBLIC, TABLE, NEW, NATIONAL])
def test_the_same_edition_keeps_its_groups(edition_id):
    edition = get_edition(edition_id)
    for level1, level2 in edition.groups:
        assert map_group(level1, level2, edition, edition) == (level1, level2)
    assert map_group("没有这一级", "也没有", edition, edition) is None


@pytest.mark.parametrize("source", [OLD, PUBLIC, TABLE, NEW, NATIONAL])
@pytest.mark.parametrize("target", [OLD, PUBLIC, TABLE, NEW, NATIONAL])
def test_whatever_comes_out_is_in_the_other_frame(source, target):
    source, target = get_edition(source), get_edition(target)
    level1s = {dimension.name for dimension in target.frame}
    for level1, level2 in source.groups:
        found = map_group(level1, level2, source, target)
        assert found is None or found in target.groups or (found[0] in level1s and found[1] is None)


def test_2018_to_2020_to_national_arrives_where_2018_to_national_does():
    """The long way and the short way agree for what 2020 can hold."""
    old, new, national = get_edition(OLD), get_edition(NEW), get_edition(NATIONAL)
    for level1, name in (("产出目标", "验收合格情况"), ("影响力目标", "用户综合满意度")):
        half_way = map_group(level1, None, old, new, name=name)
        long_way = map_group(*half_way, new, national, name=name)
        assert long_way == map_group(level1, None, old, national, name=name)
