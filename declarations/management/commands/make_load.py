"""``manage.py make_load``: a city's worth of declarations for the benchmark, seeded, of realistic sizes."""

import datetime
import random
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import models, transaction
from django.utils import timezone

from declarations.inbox import risk
from declarations.models import Declaration, Indicator, Project, SubProject
from perfgoals.accounts.models import Organization, OrganizationKind, Region, Role, User
from perfgoals.campaigns.models import Campaign, CampaignKind
from perfgoals.documents.declaration import DeclarationDocument
from perfgoals.documents.models import Revision, fingerprint
from perfgoals.workflow import State

BATCH = 500
UNITS_PER_DEPARTMENT = 8
DECLARATIONS_PER_UNIT = 60
YEARS = (2018, 2019, 2020, 2021, 2022)
COPIED = [
    f.attname
    for f in Declaration._meta.concrete_fields
    if f.name not in ("id", "source_id", "project", "organization", "campaign", "fiscal_year", "edition_id")
]


@dataclass(frozen=True)
class Pattern:
    """A published form to vary: its columns, indicator rows and sub-projects."""

    columns: dict[str, Any]
    indicators: list[Indicator]
    sub_projects: list[SubProject]
    document: DeclarationDocument


class Command(BaseCommand):
    help = "为压力测试生成申报表（以已发布的表为样本，可重复）。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--declarations", type=int, required=True, help="生成多少份")
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.DEMO or settings.DEBUG):
            raise CommandError("只在演示或调试环境里生成压力数据（PERFGOALS_DEMO=1）。")
        published = patterns()
        if not published:
            raise CommandError("没有样本。请先运行 manage.py load_demo。")
        dice = random.Random(options["seed"])
        wanted = options["declarations"] - Declaration.objects.filter(project__code__startswith="L").count()
        units = _units(max(1, -(-options["declarations"] // DECLARATIONS_PER_UNIT)))
        campaigns = _campaigns()
        start = options["declarations"] - max(wanted, 0)
        for first in range(start, options["declarations"], BATCH):
            numbers = range(first, min(first + BATCH, options["declarations"]))
            with transaction.atomic():
                _write(numbers, dice, published, units, campaigns)
        self.stdout.write(f"共 {Declaration.objects.count()} 份申报，{Indicator.objects.count()} 行指标。")


def patterns() -> list[Pattern]:
    """The published forms of 2020; none before the demonstration is loaded."""
    published = Declaration.objects.exclude(source_id="").filter(edition_id="sh-2020-declaration")
    return [
        Pattern(
            {name: getattr(declaration, name) for name in COPIED},
            list(declaration.indicators.all()),
            list(declaration.sub_projects.all()),
            declaration.document(),
        )
        for declaration in published
    ]


def _units(count: int) -> list[tuple[Organization, User]]:
    """Units with one officer each, under departments of the first region; made once."""
    region = Region.objects.earliest("code")
    made = []
    department = None
    for number in range(count):
        if number % UNITS_PER_DEPARTMENT == 0:
            code = f"L{number // UNITS_PER_DEPARTMENT:04}"
            department, _ = Organization.objects.get_or_create(
                code=code,
                defaults={
                    "name": f"压力测试主管部门{code}",
                    "kind": OrganizationKind.DEPARTMENT,
                    "region": region,
                },
            )
            User.objects.get_or_create(
                username=f"load-department-{number // UNITS_PER_DEPARTMENT:04}",
                defaults={
                    "name": f"压力测试主管部门审核人{number // UNITS_PER_DEPARTMENT:04}",
                    "role": Role.DEPARTMENT_REVIEWER,
                    "organization": department,
                    "is_demo": True,
                    "must_change_password": False,
                    "password": "!",
                },
            )
        unit, _ = Organization.objects.get_or_create(
            code=f"LU{number:05}",
            defaults={
                "name": f"压力测试预算单位{number:05}",
                "kind": OrganizationKind.UNIT,
                "region": region,
                "parent": department,
            },
        )
        officer, _ = User.objects.get_or_create(
            username=f"load-{number:05}",
            defaults={
                "name": f"压力测试填报人{number:05}",
                "role": Role.FILER,
                "organization": unit,
                "is_demo": True,
                "must_change_password": False,
                "password": "!",
            },
        )
        made.append((unit, officer))
    return made


def _campaigns() -> list[Campaign]:
    region = Region.objects.earliest("code")
    return [
        Campaign.objects.get_or_create(
            name=f"{year}年度压力测试",
            defaults={
                "kind": CampaignKind.DECLARATION,
                "fiscal_year": year,
                "region": region,
                "edition_id": "sh-2020-declaration",
            },
        )[0]
        for year in YEARS
    ]


def _write(
    numbers: range,
    dice: random.Random,
    patterns: list[Pattern],
    units: list[tuple[Organization, User]],
    campaigns: list[Campaign],
) -> None:
    chosen = [dice.choice(patterns) for _ in numbers]
    projects = Project.objects.bulk_create(
        Project(
            organization=units[number % len(units)][0],
            code=f"L{number:08}",
            name=f"{pattern.columns['project_name']}{number:06}",
        )
        for number, pattern in zip(numbers, chosen, strict=True)
    )
    declarations = Declaration.objects.bulk_create(
        _declaration(number, dice, pattern, project, units, campaigns)
        for number, pattern, project in zip(numbers, chosen, projects, strict=True)
    )
    Indicator.objects.bulk_create(
        _copies(Indicator, declarations, [pattern.indicators for pattern in chosen]), batch_size=2000
    )
    SubProject.objects.bulk_create(
        _copies(SubProject, declarations, [pattern.sub_projects for pattern in chosen]), batch_size=2000
    )
    Revision.objects.bulk_create(
        _revision(declaration, pattern, declaration.submitted_by_id)
        for declaration, pattern in zip(declarations, chosen, strict=True)
        if declaration.submitted_by_id
    )


def _declaration(
    number: int,
    dice: random.Random,
    pattern: Pattern,
    project: Project,
    units: list[tuple[Organization, User]],
    campaigns: list[Campaign],
) -> Declaration:
    unit, officer = units[number % len(units)]
    campaign = campaigns[(number // len(units)) % len(campaigns)]
    state = dice.choices(
        [State.DRAFT, State.DEPARTMENT_REVIEW, State.FINANCE_REVIEW, State.APPROVED], weights=[30, 15, 10, 45]
    )[0]
    handed_in = state != State.DRAFT
    submitted_at = timezone.now() - datetime.timedelta(days=dice.randrange(200)) if handed_in else None
    doubts = dice.randrange(4)
    facts = _facts(number, pattern, doubts, campaign)
    return Declaration(
        **pattern.columns
        | {
            "project_name": project.name,
            "state": state,
            "version": 1,
            "submitted_by_id": officer.pk if handed_in else None,
            "submitted_at": submitted_at,
            "open_doubts": doubts,
            "risk": risk.score(facts),
            "risk_facts": facts.to_json(),
            "start_key": None,
        },
        project=project,
        organization=unit,
        campaign=campaign,
        fiscal_year=campaign.fiscal_year,
        edition_id=campaign.edition_id,
    )


def _revision(declaration: Declaration, pattern: Pattern, officer: int) -> Revision:
    """What was sent: reviewers read a revision, not the rows."""
    text = replace(pattern.document, project_name=declaration.project_name).to_json()
    return Revision(
        content_type=ContentType.objects.get_for_model(Declaration),
        object_id=declaration.pk,
        number=1,
        kind=Declaration.document_kind,
        document=text,
        fingerprint=fingerprint(text),
        reason="submit",
        made_by_id=officer,
    )


def _facts(number: int, pattern: Pattern, doubts: int, campaign: Campaign) -> risk.Facts:
    """What the reviewer's order is counted from, spread over the forms as a season spreads it."""
    amount = pattern.columns["current_year"]
    return risk.Facts(
        open_doubts=doubts,
        answered_doubts=number % 5,
        amount=amount,
        earlier_year=campaign.fiscal_year - 1 if number % 4 else None,
        earlier_amount=amount * (80 + number % 60) / 100 if amount and number % 4 else None,
        rows=len(pattern.indicators),
        rows_changed=number % 9,
    )


def _copies(model: type[models.Model], declarations: list[Declaration], tables: list[list[Any]]) -> list[Any]:
    names = [f.attname for f in model._meta.concrete_fields if f.name not in ("id", "declaration")]
    return [
        model(declaration=declaration, **{name: getattr(row, name) for name in names})
        for declaration, rows in zip(declarations, tables, strict=True)
        for row in rows
    ]
