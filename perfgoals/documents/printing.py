"""Printing from a request: the PDF is made in a process of its own, never in a request thread.

WeasyPrint's fonts do not stand threads, and a form costs a tenth of a second of pure computing. One or two spawned
processes (``settings.RENDER_PROCESSES``) load everything once and print for ever; each web process has its own. A
worker that hangs is ended and replaced, one that died is replaced and the form printed again.
"""

import logging
import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from django.conf import settings

from perfgoals.documents.behind import Behind, read_behind
from perfgoals.documents.pdf import MissingGlyph
from perfgoals.documents.points import Points

__all__ = ["MissingGlyph", "PrintingFailed", "print_with", "render_many", "render_pdf", "stop", "warm"]

TIMEOUT = 60.0  # seconds; a form of forty rows takes a fifth of one
FORMS_PER_PROCESS = 2000  # then a new process: memory is flat, this is insurance

_lock = threading.Lock()
_pool: ProcessPoolExecutor | None = None
_owner = 0
_log = logging.getLogger(__name__)


class PrintingFailed(Exception):
    """No PDF could be made. The message is Chinese and may be shown."""


def render_pdf(
    document_json: str,
    *,
    watermark: str = "",
    annexes: Sequence[Behind] = (),
    points: Points | None = None,
) -> bytes:
    """The official PDF of a canonical document. Raises ``MissingGlyph`` and ``PrintingFailed``.

    ``points``: what was computed for a self-evaluation and stands in no document.
    """
    behind = [annex.to_json() for annex in annexes]
    if points is None:
        return print_with(_render, document_json, watermark, *behind)
    return print_with(_render_scored, document_json, watermark, points.to_json(), *behind)


def print_with(act: Callable[..., bytes], *args: str) -> bytes:
    """Run ``act``, a function of a module that makes a PDF, in a render process. Raises what ``render_pdf`` raises."""
    for attempt in (1, 2):
        try:
            return _submit(act, *args).result(timeout=TIMEOUT)  # type: ignore[no-any-return]
        except BrokenProcessPool as error:
            _log.warning("render process died", extra={"attempt": attempt})
            stop()
            if attempt == 2:
                raise PrintingFailed("打印进程意外退出，请稍后再试。") from error
        except FutureTimeout as error:
            stop()
            raise PrintingFailed("打印超时，请稍后再试；仍不行请联系业务管理员。") from error
        except (MissingGlyph, PrintingFailed):
            raise
        except Exception as error:
            _log.exception("printing failed")
            raise PrintingFailed("打印没有成功，请联系业务管理员。") from error
    raise AssertionError("unreachable")


def render_many(
    forms: Iterable[tuple[str, ...]], *, processes: int, scored: bool = False
) -> Iterator[bytes | Exception]:
    """The PDFs of many (document JSON, watermark, annexes…) in order, for commands; one that fails yields its exception.

    ``scored``: computed points (``Points`` as JSON) stand after the watermark.
    """
    act: Callable[..., bytes] = _render_scored if scored else _render
    with ProcessPoolExecutor(
        processes,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_begin,
        initargs=(settings.LOCAL,),
    ) as pool:
        waiting: deque[Future[bytes]] = deque()
        for form in forms:
            waiting.append(pool.submit(act, *form))
            if len(waiting) >= 4 * processes:
                yield _outcome(waiting.popleft())
        while waiting:
            yield _outcome(waiting.popleft())


def _outcome(future: "Future[bytes]") -> bytes | Exception:
    try:
        return future.result(timeout=TIMEOUT)
    except Exception as error:
        return error


def warm() -> None:
    """Start the first render process now, so that the first form does not wait for it."""
    _submit(os.getpid)


def stop() -> None:
    """End the render processes; the next form starts new ones."""
    global _pool
    with _lock:
        pool, _pool = _pool, None
    if pool is None or _owner != os.getpid():
        return
    processes = list((getattr(pool, "_processes", None) or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.kill()
        process.join(5)


def _submit(act: Callable[..., Any], *args: Any) -> "Future[Any]":
    global _pool, _owner  # noqa: PLW0603
    with _lock:
        if _pool is None or _owner != os.getpid():  # a forked web process must not use its parent's pool
            _pool = ProcessPoolExecutor(
                settings.RENDER_PROCESSES,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_begin,
                initargs=(settings.LOCAL,),
                max_tasks_per_child=FORMS_PER_PROCESS,
            )
            _owner = os.getpid()
        return _pool.submit(act, *args)


# In the render process ------------------------------------------------------------------------------------------------
def _begin(local: bool) -> None:
    """Load all that printing needs, and go when the web process goes.

    ``local``: the web process runs without production's settings (a laptop, the tests), and so may we.
    """
    import django

    if local:
        os.environ.setdefault("PERFGOALS_DEMO", "1")
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "perfgoals.settings")
    django.setup()
    from perfgoals.documents import pdf
    from perfgoals.editions import all_editions

    all_editions()
    pdf.engine()


def _leave_with_parent() -> None:
    """A killed web process cannot say good-bye: without this its render processes would wait for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)


def _render(document_json: str, watermark: str, *annexes: str) -> bytes:
    return _render_scored(document_json, watermark, Points().to_json(), *annexes)


def _render_scored(document_json: str, watermark: str, points: str, *annexes: str) -> bytes:
    from perfgoals.documents import pdf
    from perfgoals.documents.declaration import BadDocument
    from perfgoals.documents.kinds import read_document
    from perfgoals.editions import UnknownEdition, get_edition

    try:
        document = read_document(document_json)
        edition = get_edition(document.form)
    except BadDocument as error:
        raise PrintingFailed(f"这份表读不出来：{error}") from error
    except UnknownEdition as error:
        raise PrintingFailed(f"没有这种表式：{document.form}。") from error
    return pdf.make_pdf(
        document,
        edition,
        watermark=watermark,
        annexes=[read_behind(annex) for annex in annexes],
        points=Points.from_json(points),
    )
