"""Forms as files, for commands: what is printed, whatever kind of form it is.

An app whose forms ``manage.py render_forms --kind`` shall print says how its forms are found (``register``, in its
``AppConfig.ready``); imports run one way, so the command cannot know them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from perfgoals.documents.details import Behind
from perfgoals.documents.kinds import Document
from perfgoals.documents.points import Points
from perfgoals.editions import get_edition


class Unknown(LookupError):
    """No such forms. The message is Chinese and names them."""


def _none() -> Sequence[Behind]:
    return ()


@dataclass(frozen=True)
class Printed:
    """One form to print: ``name`` of its file, ``title`` for people. ``annexes`` are asked for PDFs only."""

    name: str
    title: str
    document: Document
    watermark: str = ""
    annexes: Callable[[], Sequence[Behind]] = _none
    points: Points | None = None


class Finder(Protocol):
    """Forms by their ids, all without ids, in the order named. Raises ``Unknown``."""

    def __call__(self, ids: Sequence[str], *, with_details: bool) -> list[Printed]: ...


_finders: dict[str, Finder] = {}


def register(kind: str, finder: Finder) -> None:
    _finders[kind] = finder


def kinds() -> list[str]:
    return sorted(_finders)


def find(kind: str, ids: Sequence[str], *, with_details: bool = False) -> list[Printed]:
    return _finders[kind](ids, with_details=with_details)


def rendered(
    papers: Iterable[Printed], ending: str, processes: int
) -> Iterator[tuple[Printed, bytes | Exception]]:
    """Each form with its file (pdf, xlsx, json), or the exception that stands for it."""
    if ending == "pdf" and processes > 1:
        yield from _in_processes(papers, processes)
        return
    for paper in papers:
        try:
            yield paper, one_file(paper, ending)
        except Exception as wrong:  # one bad form must not stop the others
            yield paper, wrong


def one_file(paper: Printed, ending: str) -> bytes:
    document = paper.document
    if ending == "json":
        return document.to_json().encode("utf-8", "surrogatepass")
    edition = get_edition(document.form)
    if ending == "xlsx":
        from perfgoals.documents.workbook import make_workbook

        return make_workbook(document, edition, points=paper.points)
    from perfgoals.documents.pdf import make_pdf

    return make_pdf(document, edition, watermark=paper.watermark, annexes=paper.annexes(), points=paper.points)


def _in_processes(papers: Iterable[Printed], processes: int) -> Iterator[tuple[Printed, bytes | Exception]]:
    from perfgoals.documents.printing import render_many

    waiting: list[Printed] = []

    def forms() -> Iterator[tuple[str, ...]]:
        for paper in papers:
            waiting.append(paper)
            points = (paper.points or Points()).to_json()
            behind = (annex.to_json() for annex in paper.annexes())
            yield paper.document.to_json(), paper.watermark, points, *behind

    for made in render_many(forms(), processes=processes, scored=True):
        yield waiting.pop(0), made
