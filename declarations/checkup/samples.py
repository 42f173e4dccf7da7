"""Examples shown with findings. They are quoted from published forms; a test looks each one up in its form."""

from dataclasses import dataclass

# Project and year of each published form that is quoted.
PUBLISHED = {
    "sjrb-2018-1": ("上海金融发展扶持政策和金才工程业务管理平台", 2018),
    "sjrb-2018-2": ("上海金融数据运行监测系统（2018升级改造）", 2018),
    "sjrb-2018-3": ("金融创新奖", 2018),
    "sjrb-2018-4": ("金融人才服务经费", 2018),
    "sjrb-2018-disclosure-1": ("上海金融数据运行监测系统（2018升级改造）公开表", 2018),
    "czj-2020-1": ("财政国库业务经费", 2020),
    "czj-2020-2": ("财政网络基础平台(运维)", 2020),
    "czj-2020-3": ("非税收入管理系统运维", 2020),
    "czj-2020-4": ("全市会计管理工作经费", 2020),
    "czj-2020-5": ("预算管理系统(运维)", 2020),
    "czj-2020-6": ("预算绩效管理改革专项经费", 2020),
    "czj-2020-7": ("政府采购管理系统运维", 2020),
    "xxzx-2020-1": ("办公用房修缮", 2020),
    "xxzx-2020-2": ("公共资源交易平台专项经费", 2020),
    "xxzx-2020-3": ("企业投资备案系统专项工作经费", 2020),
    "xxzx-2020-4": ("上海市公共信用信息服务平台（一期）", 2020),
    "xxzx-2020-5": ("上海市固定资产投资项目管理信息系统(运维)", 2020),
    "xxzx-2020-6": ("市财政科技投入信息管理平台专项工作", 2020),
    "xxzx-2020-7": ("推进长三角地区经济社会一体化发展工作经费", 2020),
    "putuo-2021-1": ("金融业务费用", 2021),
}


@dataclass(frozen=True, slots=True)
class Sample:
    """A quoted text and the published form it stands in; without a source it is made up, and says so.

    ``text`` quotes one passage, or a name and its value joined by ``：``, or passages joined by `` 至 `` or ``、``.
    ``note`` is ours: what the quotation alone does not show.
    """

    text: str
    source: str = ""
    note: str = ""

    def __str__(self) -> str:
        text = f"{self.text}，{self.note}" if self.note else self.text
        if not self.source:
            return f"{text}（示意）"
        project, year = PUBLISHED[self.source]
        return f"{text}（{project}，{year}年）"
