"""What stands behind the places: the demonstration, and forms and jobs in every state."""

import datetime
import uuid
from dataclasses import replace

from django.utils import timezone

from declarations import demo
from declarations.checkup import findings_of, refresh_counts
from declarations.models import Declaration, FindingReason, Project
from declarations.published import published_documents
from declarations.reviewing import adjust, send_back
from declarations.speaking import write_rows
from declarations.starting import copy_from, start_declaration
from declarations.workflow import SUBMIT
from evaluations import demo as evaluations
from monitoring import demo as monitoring
from perfgoals.accounts.models import Organization, Role, User
from perfgoals.campaigns.models import Campaign
from perfgoals.filling.editing import FieldChange, save_fields
from perfgoals.findings import Level
from perfgoals.jobs.models import ItemState, Job, JobItem, JobState, scope_of
from perfgoals.notices.digest import send_digests
from perfgoals.reviewing import commenting
from perfgoals.reviewing.returning import NamedPlace
from perfgoals.workflow import perform

FILER, COLLEAGUE, ADMIN, KEEPER = "filer-xxzx", "filer-xxzx-2", "business-admin", "system-admin"
REVIEWER = "department-fgw"
FULL_LIST = 55


def prepare() -> tuple[dict[str, Declaration], dict[str, Job]]:
    """The demonstration, and forms and jobs in every state."""
    demo.load()
    evaluations.load()
    monitoring.load()
    found = {form.source_id: form for form in Declaration.objects.exclude(source_id="")}
    forms = {
        "bare": found["demo-2027-1"],
        "linked": found["demo-2027-2"],
        "national": found["demo-2027-3"],
        "approved": found["xxzx-2020-2"],
        "money": found["sjrb-2018-4"],
    }
    filer = User.objects.get(username=FILER)
    forms["adjusted"] = adjust(found["xxzx-2020-1"], actor=filer, reason="合同价下调，巡检由六次改为四次。")
    now = Campaign.objects.get(name="2027年度绩效目标申报")
    forms["empty"] = start_declaration(campaign=now, name="", key=uuid.uuid4(), actor=filer)
    forms["copied"] = copy_from(found["xxzx-2020-5"], campaign=now, key=uuid.uuid4(), actor=filer)
    again = Campaign.objects.create(
        name="2020年度绩效目标补报",
        kind=now.kind,
        fiscal_year=2020,
        region=now.region,
        edition_id=now.edition_id,
    )
    for name in ("ready", "sent"):
        forms[name] = _published_again(again, f"补报的项目（{name}）", filer)
    for name in ("ready", "sent"):  # neighbours are compared: reasons come when both are there
        _answer(forms[name], filer)
    perform(SUBMIT, forms["sent"], actor=filer, version=forms["sent"].version)
    forms["returned"] = _returned(again, filer)
    _answer(forms["ready"], filer)  # it has one more neighbour now
    refresh_counts(forms["sent"], findings_of(forms["sent"]))
    # What is not sent yet is late by now.
    Campaign.objects.filter(pk=again.pk).update(closes_at=timezone.now() - datetime.timedelta(days=2))
    send_digests()  # nobody has an address: what the 系统管理员 sees of that
    _full_list(now)
    return forms, _jobs(User.objects.get(username=ADMIN))


def _published_again(campaign: Campaign, name: str, filer: User) -> Declaration:
    declaration = start_declaration(campaign=campaign, name=name, key=uuid.uuid4(), actor=filer)
    write_rows(dict(published_documents())["xxzx-2020-5"], declaration)
    Declaration.objects.filter(pk=declaration.pk).update(project_name=name)
    declaration.refresh_from_db()
    return declaration


def _answer(declaration: Declaration, filer: User) -> None:
    """Each 疑问 gets its reason."""
    findings = findings_of(declaration)
    for finding in findings:
        if finding.level is Level.DOUBT:
            FindingReason.objects.update_or_create(
                declaration=declaration,
                code=finding.code,
                path=finding.path,
                defaults={
                    "message": finding.message,
                    "reason": "与去年验收的口径一致。",
                    "written_by": filer,
                },
            )
    refresh_counts(declaration, findings)


def _returned(campaign: Campaign, filer: User) -> Declaration:
    """Sent back with three places, remarks of both sides, one place changed since."""
    declaration = _published_again(campaign, "退回的项目", filer)
    perform(replace(SUBMIT, blocking=lambda filing: []), declaration, actor=filer, version=declaration.version)
    reviewer = User.objects.get(username="department-fgw")
    row = declaration.indicators.all()[1]
    text = f"去年维护了几次？@{filer.name} 请补一句。"
    root = commenting.write(declaration, path="necessity", text=text, author=reviewer)
    commenting.reply(root, declaration, text="已补到正文。", author=filer)
    settled = commenting.write(
        declaration, path=f"indicators.{row.row_id}", text="和上一行重复吗？", author=reviewer
    )
    commenting.resolve(settled, declaration, actor=reviewer)
    places = [
        NamedPlace("necessity", "请写去年维护的结果"),
        NamedPlace("section:budget", "增幅请说明"),
        NamedPlace(f"indicators.{row.row_id}", "没有计量单位"),
    ]
    send_back(
        declaration, actor=reviewer, version=declaration.version, comment="三处要补，见各处。", places=places
    )
    change = FieldChange("necessity", f"{declaration.necessity}2019 年维护 12 次。")
    save_fields(declaration, [change], actor=filer)
    return declaration


def _full_list(campaign: Campaign) -> None:
    """One unit with more forms than a page holds, one person whose unit has none."""
    full = Organization.objects.get(name="上海市金融服务办公室")
    for number in range(FULL_LIST):
        project = Project.objects.create(
            organization=full, name=f"金融综合监管平台第 {number} 个子系统运行维护"
        )
        Declaration.objects.create(
            project=project,
            organization=full,
            campaign=campaign,
            fiscal_year=campaign.fiscal_year,
            edition_id=campaign.edition_id,
            project_name=project.name,
        )
    User.objects.create_user(
        "filer-none",
        demo.DEMO_PASSWORD,
        name="新来的填报人",
        role=Role.FILER,
        organization=Organization.objects.get(name="上海市发展和改革委员会"),
        must_change_password=False,
    )
    User.objects.create_user(
        "filer-first",
        demo.DEMO_PASSWORD,
        name="第一次登录的人",
        role=Role.FILER,
        organization=full,
        must_change_password=True,
    )


def _jobs(owner: User) -> dict[str, Job]:
    later = timezone.now() + datetime.timedelta(days=7)
    made = {}
    for state, more in {
        "working": {"state": JobState.WORKING},
        "done": {"state": JobState.DONE, "result": "x.zip", "expires_at": later, "result_size": 4_200_000},
        "failed": {"state": JobState.FAILED, "error": "磁盘满了，文件没有写成。"},
        "cancelled": {"state": JobState.CANCELLED},
        "expired": {"state": JobState.DONE, "result": "x.zip", "expires_at": timezone.now()},
    }.items():
        job = Job.objects.create(
            kind="declaration_pdfs",
            title="2020 年申报表 PDF，14 份",
            owner=owner,
            scope=scope_of(owner),
            result_name="申报表.zip",
            **more,
        )
        for position in range(14):
            item_state = (
                ItemState.FAILED if position == 3 else ItemState.DONE if position < 7 else ItemState.OPEN
            )
            JobItem.objects.create(
                job=job,
                position=position,
                key=str(position),
                label=f"上海市财政局／第 {position} 个项目",
                state=item_state,
                units_done=int(item_state == ItemState.DONE),
                error="有印不出的字“𰻝”，请改后再导出。" if item_state == ItemState.FAILED else "",
                # Nobody takes it: the page is looked at while it works.
                leased_until=later if item_state == ItemState.OPEN else None,
            )
        made[state] = job
    return made
