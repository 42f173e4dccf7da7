"""What was typed on the page of a draw, read: errors by control, in words, and everything as it was typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import QuerySet

from evaluations.models import Evaluation
from evaluations.spot_checks.drawing import Seed, Size
from evaluations.spot_checks.models import Population
from evaluations.spot_checks.population import Wanted
from perfgoals.accounts.models import Organization
from perfgoals.campaigns.models import Campaign
from perfgoals.filling.editing import clean

MOST = 100_000
LONGEST_SEED, LONGEST_NOTE, LONGEST_LIST = 100, 200, 20_000


@dataclass
class Asked:
    """The controls of the page as typed (``raw``), what they mean, and what is wrong with them."""

    raw: dict[str, Any]
    wanted: Wanted = field(default_factory=Wanted)
    size: Size = field(default_factory=Size)
    seed: Seed = field(default_factory=Seed)
    errors: dict[str, str] = field(default_factory=dict)


def read(posted: Mapping[str, Any], departments: list[str], campaign: Campaign) -> Asked:
    """``posted`` is a query or a form; ``departments`` its ticked boxes."""
    raw: dict[str, Any] = {
        key: clean(str(posted.get(key, "")), single_line=key != "units").strip()
        for key in ("scope", "units", "by", "count", "share", "seed_from", "seed", "seed_note")
    }
    raw["departments"] = set(departments)
    asked = Asked(raw)
    asked.size = _size(asked)
    asked.seed = _seed(asked)
    in_region = Organization.objects.filter(region=campaign.region_id)
    asked.wanted = Wanted(
        scope=Population.SENT if raw["scope"] == Population.SENT else Population.CONFIRMED,
        departments=tuple(in_region.filter(pk__in=[int(one) for one in departments if _is_key(one)])),
        units=_units(asked, in_region),
    )
    return asked


def _size(asked: Asked) -> Size:
    if asked.raw["by"] == "share":
        share = _share(asked.raw["share"])
        if share is None:
            asked.errors["share"] = "比例写 0 到 100 之间的数，最多两位小数，例如 5 或 2.5。"
        return Size(share=share)
    count = asked.raw["count"]
    if count.isascii() and count.isdecimal() and len(count) < 9 and 0 < int(count) <= MOST:
        return Size(count=int(count))
    asked.errors["count"] = f"张数写 1 到 {MOST:,} 之间的整数。"
    return Size()


def _share(text: str) -> Decimal | None:
    try:
        share = Decimal(text[:12].removesuffix("%"))
    except InvalidOperation:
        return None
    if not share.is_finite() or not 0 < share <= 100:
        return None
    return share if share == round(share, 2) else None


def _seed(asked: Asked) -> Seed:
    """A seed of one's own says where it was found; otherwise it could have been tried out."""
    raw = asked.raw
    if raw["seed_from"] != "typed":
        return Seed()
    if not raw["seed"]:
        asked.errors["seed"] = "公开产生的种子照录在这里，例如当期开奖号码。"
    elif len(raw["seed"]) > LONGEST_SEED:
        asked.errors["seed"] = f"种子最多 {LONGEST_SEED} 个字，现在是 {len(raw['seed'])} 个。"
    if not raw["seed_note"]:
        asked.errors["seed_note"] = "写明种子从哪里来、什么时候产生的，别人才能核对。"
    elif len(raw["seed_note"]) > LONGEST_NOTE:
        asked.errors["seed_note"] = f"出处最多 {LONGEST_NOTE} 个字，现在是 {len(raw['seed_note'])} 个。"
    return Seed(raw["seed"], raw["seed_note"])


def _units(asked: Asked, in_region: QuerySet[Organization]) -> tuple[Organization, ...]:
    """One code or full name a line."""
    if len(asked.raw["units"]) > LONGEST_LIST:
        asked.errors["units"] = f"单位最多写 {LONGEST_LIST:,} 个字。单位多的，改选主管部门。"
        return ()
    lines = list(dict.fromkeys(line.strip() for line in asked.raw["units"].splitlines() if line.strip()))
    if not lines:
        return ()
    known: dict[str, Organization] = {}
    for one in in_region:
        known[one.code] = known[one.name] = one
    unknown = [line for line in lines if line not in known]
    if unknown:
        shown = "、".join(f"“{line[:40]}”" for line in unknown[:5])
        asked.errors["units"] = (
            f"本区划没有{shown}{'等' if len(unknown) > 5 else ''}。每行写一个单位代码或全称。"
        )
    return tuple(dict.fromkeys(known[line] for line in lines if line in known))


def departments_of(campaign: Campaign) -> list[Organization]:
    """The departments that have a form in the campaign, or whose units have one. One query."""
    forms = Evaluation.objects.filter(campaign=campaign).order_by()
    own = Organization.objects.filter(pk__in=forms.values("organization"), parent__isnull=True)
    above = Organization.objects.filter(pk__in=forms.values("organization__parent"))
    return list((own | above).order_by("code"))


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 16
