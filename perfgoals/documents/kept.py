"""Official PDFs of revisions, made once and kept by fingerprint (design 9).

A cache beside the database: losing it costs printing time, nothing else. A file's name says the document (fingerprint)
and the layout (a hash of all that shapes paper), so that a new release prints anew and the old file gives way.
"""

import hashlib
import logging
import os
import tempfile
from collections.abc import Callable, Sequence
from functools import cache
from importlib import metadata
from pathlib import Path

from django.conf import settings

from perfgoals.documents.behind import Behind
from perfgoals.documents.points import Points

_log = logging.getLogger(__name__)


def kept_pdf(fingerprint: str, make: Callable[[], bytes]) -> bytes:
    """The PDF of the document with this fingerprint: the kept one, or ``make()``'s, kept from now on.

    Only for documents that never change. What ``make`` raises goes through and nothing is kept. A full or read-only
    disk is no reason not to print.
    """
    kept = _folder(fingerprint) / f"{fingerprint}-{layout()}.pdf"
    try:
        return kept.read_bytes()
    except OSError:
        made = make()
    try:
        _keep(kept, made)
        _give_way(kept, fingerprint)
    except OSError:
        _log.warning("a printed form could not be kept", exc_info=True)
    return made


def key_of(fingerprint: str, annexes: Sequence[Behind] = (), points: Points | None = None) -> str:
    """Under which a PDF is kept: the form's fingerprint, or one that covers what is printed beside and behind it too."""
    beside = [points.to_json()] if points and points != Points() else []
    if not annexes and not beside:
        return fingerprint
    said = "\n".join([fingerprint, *beside, *(annex.to_json() for annex in annexes)])
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


@cache
def layout() -> str:
    """12 hex digits that change whenever the same document may be printed differently."""
    root = Path(settings.BASE_DIR)
    shaped_by = [
        *(root / "templates" / "forms").rglob("*.html"),
        *(root / "static" / "css").glob("paper*.css"),
        *(root / "static" / "fonts").glob("*.ttf"),
        *(root / "perfgoals" / "editions" / "forms").glob("*.toml"),
        *(root / "perfgoals" / "documents").glob("*.py"),
    ]
    said = hashlib.sha256(metadata.version("weasyprint").encode())
    for path in sorted(shaped_by):
        said.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return said.hexdigest()[:12]


def _folder(fingerprint: str) -> Path:
    return Path(settings.PAPER_DIR) / fingerprint[:2]


def _keep(path: Path, data: bytes) -> None:
    """Under its name only when it is whole: a killed process leaves no half form that would be served for ever."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise


def _give_way(path: Path, fingerprint: str) -> None:
    """Earlier layouts of the same form."""
    for old in path.parent.glob(f"{fingerprint}-*.pdf"):
        if old != path:
            old.unlink(missing_ok=True)
