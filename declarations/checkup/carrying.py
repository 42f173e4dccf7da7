"""Who brings what an earlier year found out into this year's check-up: a registry, because imports run one way.

An app registers a provider in its ``AppConfig.ready``. A provider answers for one form in a number of queries that does
not depend on its rows; lists never ask.
"""

import datetime
from collections.abc import Callable

from declarations.checkup.results import NOTHING_CARRIED, Carried
from declarations.models import Declaration

# (project, year of the new form, moment) → what was known of the project's earlier years at that moment.
Provider = Callable[[int, int, datetime.datetime | None], Carried]

_providers: list[Provider] = []


def register(provider: Provider) -> None:
    if provider not in _providers:
        _providers.append(provider)


def carried_into(declaration: Declaration) -> Carried:
    """What this form is to answer. An adjustment answers nothing: the version in force has.

    A form that was sent is judged by what was known when it was sent: nobody is asked afterwards.
    """
    if declaration.adjusts_id is not None:
        return NOTHING_CARRIED
    known_at = None if declaration.is_editable else declaration.submitted_at
    found = [provide(declaration.project_id, declaration.fiscal_year, known_at) for provide in _providers]
    results = [one.results for one in found if one.results is not None]
    return Carried(
        results=max(results, key=lambda one: one.year, default=None),
        questions=tuple(question for one in found for question in one.questions),
    )
