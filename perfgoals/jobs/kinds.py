"""What kinds of long work there are. Apps describe theirs as data; ``settings.JOB_KINDS`` names them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import IO, Any

from django.conf import settings
from django.utils.module_loading import import_string

from perfgoals.accounts.models import User
from perfgoals.jobs.models import Job, JobItem


class ItemFailed(Exception):
    """This item cannot be done, and trying again will not help. The message is Chinese and shown to the owner."""


@dataclass(frozen=True)
class Planned:
    """An item to be: ``units`` is what the progress bar counts."""

    key: str
    label: str
    units: int = 1


@dataclass(frozen=True)
class JobKind:
    """One kind of long work.

    ``permitted`` is asked at the start and again at every download. ``plan`` lists the items. ``work`` does one item:
    it writes its output to the given file and may call ``report(units_done)``. ``assemble`` puts the outputs together
    (``(label, output name)`` pairs in order) and is None where the single item's output is the result.
    ``home`` is where such jobs are started: address name, label, key in the main navigation. ``verb`` says on the job's
    page what is being done. ``is_export`` is False where the work itself matters more than the file it leaves.
    """

    name: str
    permitted: Callable[[User], bool]
    plan: Callable[[User, dict[str, Any]], Iterable[Planned]]
    work: Callable[["JobItem", IO[bytes], Callable[[int], None]], str]
    assemble: Callable[[Job, IO[bytes]], None] | None
    file_name: Callable[[Job], str]
    home: tuple[str, str, str] = ("declarations:exports", "导出", "exports")
    verb: str = "导出"
    is_export: bool = True


@cache
def _all() -> dict[str, JobKind]:
    kinds = [kind for path in settings.JOB_KINDS for kind in import_string(path)]
    return {kind.name: kind for kind in kinds}


def kind_of(name: str) -> JobKind:
    return _all()[name]


def names() -> list[str]:
    """The kinds there are now; a job of a kind that a release has dropped can no longer be opened."""
    return sorted(_all())
