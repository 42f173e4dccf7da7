"""Drawing a sample, once and for all, and drawing it again to see that it is the same (F72).

Before the draw the list of candidates and its fingerprint can be printed and handed out; the draw refuses if the list
has changed since the page was shown. So a seed that is found in public afterwards (a lottery number) decides about a
list that was known before it.
"""

import hashlib
import json
import secrets
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any

from django.db import IntegrityError, transaction

from evaluations.models import Evaluation
from evaluations.sampling import Candidate, Drawn, chances, draw
from evaluations.spot_checks.models import LOT_DIGITS, SeedOrigin, SpotCase, SpotCheck
from evaluations.spot_checks.population import Drawable, Wanted, drawable
from evaluations.spot_checks.scheme import Scheme, scheme_for
from evaluations.spot_checks.telling import tell_drawn
from perfgoals.accounts.models import User
from perfgoals.audit.trail import record
from perfgoals.campaigns.models import Campaign

SCHEMA = "perfgoals-spot-check/1"
# In the words of a file that anybody can follow; ``tests/evaluations/spot_checks`` does so.
HOW = (
    "对每一张候选表，取 SHA-256(种子 + 换行 + key)，UTF-8 编码，读作整数 h；u = (h + 1) ÷ (2^256 + 1)；"
    "签号 = −ln(u) ÷ weight。签号从小到大，取前 size 张。候选名单指纹 = 按 key 排序的 [key, weight, reasons] 列表"
    "写成没有空格的 JSON（UTF-8）后的 SHA-256。"
)


class ListChanged(Exception):
    """The candidates are not those the page showed. Nothing was drawn."""


class DrawnMeanwhile(Exception):
    """Somebody else drew from this campaign while the page was open. Nothing was drawn."""

    def __init__(self, other: SpotCheck) -> None:
        super().__init__(str(other))
        self.other = other


class NothingToDraw(Exception):
    """The population is empty, or the sample would be."""


@dataclass(frozen=True)
class Size:
    """How many: so many forms, or so many percent of the candidates, rounded up."""

    count: int | None = None
    share: Decimal | None = None

    def of(self, population: int) -> int:
        """Never more than there are."""
        if self.share is not None:
            exact = self.share * population / 100
            return min(population, int(exact.to_integral_value(rounding=ROUND_CEILING)))
        return min(population, self.count or 0)


@dataclass(frozen=True)
class Seed:
    """Typed after a public draw, with where it comes from; empty text: the system makes one at the moment of the draw."""

    text: str = ""
    note: str = ""


@dataclass(frozen=True)
class Expected:
    """A line of the preview: how many candidates, how many of them are expected in the sample."""

    label: str
    forms: int
    drawn: float
    weight: int
    why: str = ""
    ours: bool = False
    unconfirmed: bool = False


@dataclass(frozen=True)
class Preview:
    """What a draw would be, before it is one."""

    scheme: Scheme
    forms: Sequence[Drawable]
    size: int
    by_weight: Sequence[Expected]
    by_reason: Sequence[Expected]
    fingerprint: str
    number: int

    @property
    def takes_all(self) -> bool:
        return bool(self.forms) and self.size >= len(self.forms)


def preview(campaign: Campaign, wanted: Wanted, size: Size) -> Preview:
    """Read only. Raises ``UnknownScheme``."""
    scheme = scheme_for(region=campaign.region.code, year=campaign.fiscal_year)
    forms = drawable(campaign, wanted, scheme)
    count = size.of(len(forms))
    weights = Counter(form.candidate.weight for form in forms)
    likely = chances(weights, count)
    by_weight = [
        Expected(str(weight), number, likely[weight] * number, weight)
        for weight, number in sorted(weights.items(), reverse=True)
    ]
    return Preview(
        scheme=scheme,
        forms=forms,
        size=count,
        by_weight=by_weight,
        by_reason=_by_reason(scheme, forms, likely),
        fingerprint=fingerprint(listed(form.candidate for form in forms)),
        number=next_number(campaign),
    )


def _by_reason(scheme: Scheme, forms: Iterable[Drawable], likely: dict[int, float]) -> list[Expected]:
    count: Counter[str] = Counter()
    expected: dict[str, float] = {}
    bare, bare_expected = 0, 0.0
    for form in forms:
        chance = likely[form.candidate.weight]
        for reason in form.candidate.reasons:
            count[reason.code] += 1
            expected[reason.code] = expected.get(reason.code, 0.0) + chance
        if not form.candidate.reasons:
            bare, bare_expected = bare + 1, bare_expected + chance
    lines = [
        Expected(
            risk.label,
            count[risk.code],
            expected.get(risk.code, 0.0),
            risk.weight,
            risk.why,
            risk.ours,
            risk.unconfirmed,
        )
        for risk in scheme.risks
    ]
    return [*lines, Expected("没有风险因素", bare, bare_expected, 0, "只有基数。", ours=True)]


def draw_sample(
    campaign: Campaign,
    wanted: Wanted,
    size: Size,
    seed: Seed,
    *,
    actor: User,
    seen: str,
    number: int,
    key: uuid.UUID,
) -> SpotCheck:
    """Draw, in one transaction. ``seen`` and ``number`` are the fingerprint and the number that the page showed.

    The same ``key`` again is the same click: its draw is returned. Raises ``ListChanged``, ``DrawnMeanwhile``,
    ``NothingToDraw`` or ``UnknownScheme``.
    """
    try:
        with transaction.atomic():
            return _draw(campaign, wanted, size, seed, actor=actor, seen=seen, number=number, key=key)
    except IntegrityError:
        return _the_other(campaign, number, key)


def _draw(
    campaign: Campaign,
    wanted: Wanted,
    size: Size,
    seed: Seed,
    *,
    actor: User,
    seen: str,
    number: int,
    key: uuid.UUID,
) -> SpotCheck:
    if number != next_number(campaign):
        return _the_other(campaign, number, key)
    found = preview(campaign, wanted, size)
    if not found.size:
        raise NothingToDraw
    if found.fingerprint != seen:
        raise ListChanged
    check = SpotCheck.objects.create(
        campaign=campaign,
        number=number,
        scope=wanted.scope,
        chosen=wanted.names,
        share=size.share,
        size=found.size,
        seed=seed.text or secrets.token_hex(16),
        seed_origin=SeedOrigin.TYPED if seed.text else SeedOrigin.GENERATED,
        seed_note=seed.note if seed.text else "",
        scheme_data=found.scheme.to_dict(),
        population=listed(form.candidate for form in found.forms),
        population_size=len(found.forms),
        fingerprint=found.fingerprint,
        draw_key=key,
        drawn_by=actor,
    )
    forms = {form.candidate.key: form for form in found.forms}
    drawn = draw((form.candidate for form in found.forms), found.size, check.seed)
    SpotCase.objects.bulk_create(
        _case(check, place, one, forms[one.candidate.key]) for place, one in enumerate(drawn, 1)
    )
    tell_drawn(check, by=actor)
    record(
        actor=actor,
        action="spot_check_draw",
        subject=check,
        changes={
            "seed": check.seed,
            "population": check.population_size,
            "size": check.size,
            "fingerprint": check.fingerprint,
        },
    )
    return check


def _case(check: SpotCheck, place: int, one: Drawn, form: Drawable) -> SpotCase:
    return SpotCase(
        check_of=check,
        evaluation_id=form.pk,
        revision_id=form.revision,
        place=place,
        lot=lot_text(one.lot),
        weight=one.candidate.weight,
        reasons=[[reason.code, reason.weight, reason.text] for reason in one.candidate.reasons],
        state_then=form.state,
    )


def _the_other(campaign: Campaign, number: int, key: uuid.UUID) -> SpotCheck:
    """The draw of this very click, else the one that came in between."""
    mine = SpotCheck.objects.filter(draw_key=key, campaign=campaign).first()
    if mine is not None:
        return mine
    raise DrawnMeanwhile(SpotCheck.objects.filter(campaign=campaign, number__gte=number).earliest("number"))


def next_number(campaign: Campaign) -> int:
    last = SpotCheck.objects.filter(campaign=campaign).order_by("-number").values_list("number", flat=True)
    return (last.first() or 0) + 1


def listed(candidates: Iterable[Candidate]) -> list[list[Any]]:
    """``[key, weight, [codes]]`` by key: what is kept, printed and fingerprinted."""
    found = [[one.key, one.weight, [reason.code for reason in one.reasons]] for one in candidates]
    return sorted(found, key=lambda line: str(line[0]))


def fingerprint(population: list[list[Any]]) -> str:
    """SHA-256 of the candidates as JSON without white space."""
    text = json.dumps(population, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def lot_text(lot: Decimal) -> str:
    return f"{lot:f}"[:LOT_DIGITS]


@dataclass(frozen=True)
class Again:
    """The sample drawn again from what was kept, beside the one that stands."""

    wrong: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        return not self.wrong


def draw_again(check: SpotCheck) -> Again:
    """Recompute fingerprint, weights, lots and sample. Two queries."""
    wrong = []
    if fingerprint(check.population) != check.fingerprint:
        wrong.append("候选名单和它的指纹对不上。")
    candidates = check.candidates()
    if [one.weight for one in candidates] != [line[1] for line in check.population]:
        wrong.append("有候选表的权数和它的风险因素对不上。")
    again = [
        (place, one.candidate.key, lot_text(one.lot), one.candidate.weight)
        for place, one in enumerate(draw(candidates, check.size, check.seed), 1)
    ]
    kept = {(case.place, str(case.evaluation_id), case.lot, case.weight) for case in check.cases.all()}
    differ = len(kept.symmetric_difference(again))
    if differ:
        wrong.append(f"重抽的样本和留下的样本有 {differ} 处不一样。")
    return Again(tuple(wrong))


def open_data(check: SpotCheck) -> dict[str, Any]:
    """All that a third party needs to draw the sample again, and what came out. Two queries."""
    return {
        **_head(check.campaign, check.scheme),
        "number": check.number,
        "seed": check.seed,
        "seed_origin": check.seed_origin,
        "seed_note": check.seed_note,
        "drawn_at": check.drawn_at.isoformat(),
        "drawn_by": check.drawn_by.name,
        "size": check.size,
        "fingerprint": check.fingerprint,
        "candidates": _named(check.population),
        "drawn": [
            {"place": case.place, "key": str(case.evaluation_id), "lot": case.lot}
            for case in check.cases.order_by("place")
        ],
    }


def open_candidates(campaign: Campaign, found: Preview) -> dict[str, Any]:
    """The same before the draw: the list that can be handed out before a seed is found in public."""
    population = listed(form.candidate for form in found.forms)
    return {
        **_head(campaign, found.scheme),
        "number": found.number,
        "size": found.size,
        "fingerprint": found.fingerprint,
        "candidates": _named(population),
    }


def _head(campaign: Campaign, scheme: Scheme) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "campaign": campaign.name,
        "year": campaign.fiscal_year,
        "how": HOW,
        "base": scheme.base,
        "reasons": {risk.code: {"label": risk.label, "weight": risk.weight} for risk in scheme.risks},
    }


def _named(population: list[list[Any]]) -> list[dict[str, Any]]:
    """The candidates with project and unit as they are called today; the draw does not read these."""
    # All of a campaign's, not those with these keys: a list of thousands is no condition for a database.
    keys = [int(line[0]) for line in population]
    bounds = {"pk__gte": min(keys), "pk__lte": max(keys)} if keys else {"pk": 0}
    names = {
        str(pk): (project, unit)
        for pk, project, unit in Evaluation.objects.filter(**bounds).values_list(
            "pk", "project_name", "organization__name"
        )
    }
    return [
        {"key": key, "weight": weight, "reasons": codes, "project": names[key][0], "unit": names[key][1]}
        for key, weight, codes in population
    ]
