"""How often each return reason was used (I10): shown where a reviewer chooses one, and to the business administrator."""

from collections import Counter
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, QuerySet

from declarations.models import Declaration
from perfgoals.accounts.models import User
from perfgoals.filling.words import section_key
from perfgoals.reviewing.models import ReturnedPlace, ReturnRound
from perfgoals.reviewing.reasons import Reason, all_reasons

_TOP = 3


@dataclass(frozen=True, slots=True)
class ReasonUse:
    """One reason: how often, on how many forms, its share of all returns, and the sections it was about."""

    reason: Reason
    times: int
    forms: int
    percent: int
    sections: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class ReturnStatistics:
    total: int
    forms: int
    again: int  # forms that were returned more than once
    uses: list[ReasonUse]
    unnamed: int  # returns from before there was a list


def rounds_of(user: User, year: int | None = None) -> QuerySet[ReturnRound]:
    """Every return of a declaration in this person's region, or those of one year's forms."""
    forms = Declaration.objects.filter(organization__region=user.organization.region_id)
    if year is not None:
        forms = forms.filter(fiscal_year=year)
    content_type = ContentType.objects.get_for_model(Declaration)
    return ReturnRound.objects.filter(content_type=content_type, object_id__in=forms.order_by().values("pk"))


def times_used(user: User) -> dict[str, int]:
    """How often each reason was used in this person's region. One query."""
    rows = rounds_of(user).order_by().values_list("reason_code").annotate(times=Count("pk"))
    return {code: times for code, times in rows if code}


def return_statistics(user: User, year: int | None) -> ReturnStatistics:
    """The table for one year; four queries, however many returns."""
    rounds = rounds_of(user, year).order_by()
    per_form = Counter(rounds.values_list("object_id", flat=True))
    times = dict(rounds.values_list("reason_code").annotate(times=Count("pk")))
    forms = dict(rounds.values_list("reason_code").annotate(forms=Count("object_id", distinct=True)))
    sections = _sections(rounds)
    total = sum(times.values())
    uses = [
        ReasonUse(
            reason=reason,
            times=times[code],
            forms=forms[code],
            percent=round(times[code] * 100 / total),
            sections=tuple(sections.get(code, Counter()).most_common(_TOP)),
        )
        for code, reason in all_reasons().items()
        if times.get(code)
    ]
    return ReturnStatistics(
        total=total,
        forms=len(per_form),
        again=sum(count > 1 for count in per_form.values()),
        uses=sorted(uses, key=lambda use: -use.times),
        unnamed=sum(count for code, count in times.items() if code not in all_reasons()),
    )


def _sections(rounds: QuerySet[ReturnRound]) -> dict[str, Counter[str]]:
    """By reason, how often each section was named, in the words of the form it stood on."""
    named = ReturnedPlace.objects.filter(round__in=rounds).values_list(
        "round__reason_code", "round__object_id", "path"
    )
    places = list(named)
    editions = {
        form.pk: form.edition
        for form in Declaration.objects.filter(pk__in={form for _, form, _ in places}).only("edition_id")
    }
    found: dict[str, Counter[str]] = {}
    for code, form, path in places:
        edition = editions[form]
        titles = {section.key: section.title for section in edition.sections}
        found.setdefault(code, Counter())[titles.get(section_key(edition, path), path)] += 1
    return found


def years_with_forms(user: User) -> list[int]:
    forms = Declaration.objects.filter(organization__region=user.organization.region_id)
    return sorted(set(forms.order_by().values_list("fiscal_year", flat=True).distinct()), reverse=True)
