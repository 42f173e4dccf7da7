"""Self-evaluations as campaigns see them: whom they are expected of, how a season is opened, what findings are about."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from django.db.models.functions import Coalesce

from declarations.following.campaigns import form_kind
from evaluations.models import Evaluation
from evaluations.opening import SELF_EVALUATION
from evaluations.season import SEASON
from perfgoals.workflow import State

# Code of a finding → what it is about, for counts over many forms.
TITLES: Mapping[str, str] = MappingProxyType(
    {
        "required_missing": "必填栏目没有填",
        "amount_unreadable": "读不出金额",
        "amount_negative": "金额是负数",
        "date_unreadable": "读不出日期",
        "choice_unknown": "不是表上可选的词",
        "unprintable_character": "有印不出的字",
        "low_execution": "预算执行率低",
        "budget_changed": "年中调整过预算",
        "text_is_stock": "问题或措施只有套话",
        "group_open": "指标没有归组",
        "weight_open": "指标没有分值",
        "self_score_open": "指标没有自评分",
        "band_open": "定性指标没有选档次",
        "operator_open": "目标值没有写运算符",
        "actual_open": "实际完成值没有填或读不出",
        "target_open": "目标值不能计分",
        "reason_missing": "扣了分没有写原因",
        "reason_is_stock": "扣分原因只有套话",
        "target_too_low": "远超目标，目标可能偏低",
        "direction_doubt": "目标值的方向可能反了",
        "points_unreadable": "自评分不是一个数",
        "points_out_of_bounds": "自评分超出分值",
        "weights_of_group": "一组的分值合计不对",
        "weights_of_form": "分值合计不对",
        "points_moved": "各组分值与表式不同",
        "printed_weight_total": "印出的分值合计不对",
        "printed_total": "总分与各行不符",
        "printed_grade": "等级与总分不符",
        "printed_rate": "执行率与金额不符",
        "printed_execution_score": "执行率得分不对",
        "amounts_add_up": "金额合计对不上",
        "overspent": "执行数大于预算数",
        "given_above_computed": "自评分高于按公式计算的得分",
        "narrative_against_points": "文字写没有完成，得分却高",
        "execution_far_from_output": "钱没有花完，产出却都完成",
        "perfect_with_low_execution": "满分而执行率低",
        "perfect_without_problems": "满分而没有写问题和措施",
        "lost_points_without_problems": "扣了分而没有写问题",
        "wrong_operator": "比较符号用错字符",
        "head_is_not_a_target": "表头与填的内容不符",
        "target_changed": "目标在批复后调整过",
        "rows_vanished": "批复里已没有的行",
        "targets_outdated": "目标要重新取",
    }
)


def _money_of(evaluation: Evaluation) -> Decimal | None:
    """The adjusted budget; until it is filled in, the approved one."""
    return evaluation.current_year if evaluation.current_year is not None else evaluation.initial


KIND = form_kind(
    SELF_EVALUATION,
    SEASON,
    settled=State.CONFIRMED,
    progress_title="自评进度",
    money=Coalesce("current_year", "initial"),
    money_of=_money_of,
    money_label="全年预算",
    titles=TITLES,
)
