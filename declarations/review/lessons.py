"""Reminders before sending: why forms of the year before came back, this project's first (I10).

A reminder is no finding: it says nothing about this form, so it is shown on the page before 送审 and blocks nothing.
"""

from collections import Counter
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, QuerySet

from declarations.models import Declaration
from perfgoals.filling.addresses import step_url
from perfgoals.filling.words import section_key
from perfgoals.reviewing.models import ReturnedPlace, ReturnRound
from perfgoals.reviewing.reasons import all_reasons

OFTEN = 3  # returns of one reason in a year; fewer may be one reviewer's habit
SHARE = 10  # percent of the year's returns
MOST = 3


@dataclass(frozen=True, slots=True)
class Lesson:
    """``text`` is what to look at again, ``told`` how we know; ``places`` lead there: (words, address)."""

    text: str
    told: str
    clause: str
    places: tuple[tuple[str, str], ...] = ()


def lessons_for(declaration: Declaration) -> list[Lesson]:
    """This project's own returns of earlier years, then what often came back in its region a year ago.

    At most six; a constant number of queries, each over one year's returns.
    """
    own = _rounds(Declaration.objects.filter(project=declaration.project_id), declaration, years=None)
    mine = [_own(declaration, one) for one in own.order_by("-pk").prefetch_related("places")[:MOST]]
    known = set(own.values_list("reason_code", flat=True))
    region = Declaration.objects.filter(organization__region=declaration.organization.region_id)
    return mine + _frequent(declaration, _rounds(region, declaration, years=1), known)


def _rounds(
    forms: QuerySet[Declaration], declaration: Declaration, *, years: int | None
) -> QuerySet[ReturnRound]:
    before = forms.filter(fiscal_year__lt=declaration.fiscal_year)
    if years is not None:
        before = before.filter(fiscal_year__gte=declaration.fiscal_year - years)
    content_type = ContentType.objects.get_for_model(Declaration)
    return ReturnRound.objects.filter(
        content_type=content_type, object_id__in=before.order_by().values("pk")
    ).order_by()


def _own(declaration: Declaration, round_: ReturnRound) -> Lesson:
    reason = all_reasons().get(round_.reason_code)
    return Lesson(
        text=round_.comment,
        told=f"这个项目 {round_.returned_at:%Y} 年被退回过{f'：{reason.label}' if reason else ''}",
        clause=round_.clause,
        places=_places(declaration, Counter(place.path for place in round_.places.all())),
    )


def _frequent(declaration: Declaration, rounds: QuerySet[ReturnRound], known: set[str]) -> list[Lesson]:
    times = dict(rounds.values_list("reason_code").annotate(times=Count("pk")))
    total = sum(times.values())
    often = [
        code
        for code in sorted(times, key=lambda code: (-times[code], code))
        if code in all_reasons()
        and code not in known
        and times[code] >= OFTEN
        and times[code] * 100 >= total * SHARE
    ][:MOST]
    if not often:
        return []
    named: dict[str, Counter[str]] = {code: Counter() for code in often}
    places = ReturnedPlace.objects.filter(round__in=rounds.filter(reason_code__in=often))
    for code, path, count in places.values_list("round__reason_code", "path").annotate(times=Count("pk")):
        named[code][path] += count
    return [
        Lesson(
            text=all_reasons()[code].wording,
            told=f"上年本地区有 {times[code]} 次退回因为“{all_reasons()[code].label}”",
            clause=all_reasons()[code].clause,
            places=_places(declaration, named[code]),
        )
        for code in often
    ]


def _places(declaration: Declaration, paths: Counter[str]) -> tuple[tuple[str, str], ...]:
    """The sections of this form that were named most; another edition's section of another name is left out."""
    edition = declaration.edition
    sections = {section.key: (number, section) for number, section in enumerate(edition.sections, 1)}
    counts: Counter[str] = Counter()
    for path, times in paths.items():
        is_here = (
            path.startswith("section:")
            or path.partition(".")[0] in edition.section_of
            or path in edition.fields
        )
        if path and is_here and (key := section_key(edition, path)) in sections:
            counts[key] += times
    return tuple(
        (f"第 {sections[key][0]} 节 {sections[key][1].title}", step_url(declaration, key))
        for key, _ in counts.most_common(MOST)
    )
