"""Forms as files, for commands: what is printed, whatever kind of form it is.

An app whose forms ``manage.py render_forms --kind`` shall print says how its forms are found (``register``, in its
``AppConfig.ready``); imports run one way, so the command cannot know them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from django.conf import settings

from perfgoals.documents.behind import Behind
from perfgoals.documents.canonical import BadDocument, Canonical
from perfgoals.documents.kinds import Document
from perfgoals.documents.monitoring import MonitoringDocument
from perfgoals.documents.points import Points
from perfgoals.editions import UnknownEdition, get_edition


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


LARGEST = 20 * 2**20
S = TypeVar("S", bound=Canonical)


def files_named(ids: Sequence[str], folder: str, what: str) -> dict[str, Path]:
    """The file of each id: one of ``fixtures/<folder>`` or the path of a JSON document; all of the folder without ids.

    Raises ``Unknown`` with the ids that name no file; ``what`` is what they are called.
    """
    kept = {path.stem: path for path in sorted((Path(settings.BASE_DIR) / "fixtures" / folder).glob("*.json"))}
    paths = {one: kept.get(one, Path(one)) for one in ids or kept}
    if missing := [one for one, path in paths.items() if not _is_file(path)]:
        raise Unknown(f"没有这些{what}：{'、'.join(missing)}")
    return paths


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name too long, or with a NUL
        return False


def read_file(path: Path, shape: type[S]) -> S:
    """The document in a file, its edition known. Raises ``Unknown``, naming the file."""
    try:
        if path.stat().st_size > LARGEST:
            raise Unknown(f"{path.name}：文件太大，超过 20 MB。")
        document = shape.from_json(path.read_bytes())
        get_edition(document.form)
    except BadDocument as wrong:
        raise Unknown(f"{path.name}：{wrong}") from wrong
    except UnknownEdition as wrong:
        raise Unknown(f"{path.name}：没有“{wrong}”这种表式。") from wrong
    except OSError as wrong:
        raise Unknown(f"{path.name}：打不开文件（{wrong.strerror}）。") from wrong
    return document


def monitoring_files(ids: Sequence[str], *, with_details: bool = False) -> list[Printed]:
    """Monitoring reports in files, for ``render_forms --kind monitoring``; an app that stores some registers its own."""
    found = files_named(ids, "monitoring", "绩效运行监控表")
    documents = [(path.stem, read_file(path, MonitoringDocument)) for path in found.values()]
    return [Printed(name, one.project_name or "", one) for name, one in documents]


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
