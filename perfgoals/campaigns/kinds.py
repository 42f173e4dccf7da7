"""What the pages of a campaign must know of the forms that are filled in it, by kind of campaign.

Progress, reminders, deadlines and announcements are the same for targets, self-evaluations and monitoring reports. Each
app says here, in its ``AppConfig.ready``, what only it knows; imports run one way, so campaigns cannot know the apps.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from perfgoals.accounts.models import User
from perfgoals.campaigns.models import Campaign, CampaignQuerySet
from perfgoals.workflow import State


def _as_they_are(forms: Any) -> Any:
    return forms


def _no_titles() -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Expected:
    """Projects that have no form in a campaign yet and should get one, and in words which ones these are.

    ``projects`` have an ``organization``. ``note`` ends “未开始” sentences: “2026 年报过，今年还没有建表”; "" where
    nothing is expected.
    """

    projects: QuerySet[Any]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """How the forms of a whole campaign are opened at once, for whoever runs it.

    ``missing`` counts the forms that could be opened now; ``start`` begins the job and returns it; ``job`` is the name
    of its kind; ``permitted`` says whether this person may do it now. ``noun`` is what is opened: “自评表”.
    """

    job: str
    noun: str
    missing: Callable[[Campaign], int]
    start: Callable[[Campaign, User], Any]
    permitted: Callable[[User, Campaign], bool]


@dataclass(frozen=True, kw_only=True)
class FormKind:
    """One kind of form as campaigns see it.

    ``model`` derives from ``FilledFiling`` and has the columns ``project_name``, ``first_submitted_at``,
    ``open_errors``, ``open_doubts`` and ``finding_codes``. ``settled`` is the state in which its forms end. ``money`` is the
    amount that progress adds up: a column or an expression, the same of one form, and what it is called.
    """

    model: Any
    settled: State
    progress_title: str
    money: Any
    money_of: Callable[[Any], Decimal | None]
    money_label: str
    # What should have a form and has none, in these units.
    expected: Callable[[Campaign, Sequence[int]], Expected]
    # Where an officer begins a form of this campaign, and where their unit's forms are listed.
    new_url: Callable[[Campaign], str]
    list_url_of_year: Callable[[int], str]
    # A unit that was told and has no form has not begun; else only projects that are expected are waited for.
    every_unit_files: bool = False
    # Each project's form once, and of these the ones to which the deadline applies.
    once: Callable[[Any], Any] = _as_they_are
    with_deadline: Callable[[Any], Any] = _as_they_are
    # What the findings of its check-up are about, by code.
    titles: Callable[[], Mapping[str, str]] = _no_titles
    opening: Opening | None = None

    def list_url(self, campaign: Campaign) -> str:
        return self.list_url_of_year(campaign.fiscal_year)

    def forms(self, campaign: Campaign) -> Any:
        """Every form of the campaign, drafts and old versions too."""
        return self.model.objects.filter(campaign=campaign)


_kinds: dict[str, FormKind] = {}


def register(kind: str, forms: FormKind) -> None:
    _kinds[kind] = forms


def find(campaign: Campaign) -> FormKind | None:
    """What is filled in this campaign; None where no app of this site fills such forms."""
    return _kinds.get(campaign.kind)


def registered() -> dict[str, FormKind]:
    return dict(_kinds)


def models() -> list[Any]:
    """The models of all forms, each once."""
    return list(dict.fromkeys(kind.model for kind in _kinds.values()))


def without_forms(campaigns: CampaignQuerySet) -> CampaignQuerySet:
    """Those in which nothing was opened."""
    for model in models():
        campaigns = campaigns.filter(~Exists(model.objects.filter(campaign=OuterRef("pk"))))
    return campaigns
