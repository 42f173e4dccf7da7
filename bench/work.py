"""What is measured without a server: check-up, one PDF, a book of forms on one and two workers, long Excel lists."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median

from django.conf import settings

from bench.web import Row


def _documents(count: int, *, rows: int = 0) -> list:
    from declarations.models import Declaration

    found = Declaration.objects.filter(edition_id="sh-2020-declaration").order_by("pk")
    if rows:
        found = found.filter(indicators__isnull=False).distinct()
    return [
        declaration.document() for declaration in found.prefetch_related("indicators", "sub_projects")[:count]
    ]


def checkup(rows: int = 40, rounds: int = 20) -> Row:
    """Milliseconds of all rules on a form of 40 rows with last year's form and twenty siblings beside it."""
    import dataclasses

    from declarations.checkup import History, check
    from perfgoals.editions import get_edition

    documents = _documents(22)
    base = documents[0]
    cells = [row for document in documents for row in document.indicators][:rows]
    cells = [dataclasses.replace(row, row_id=f"r{number}") for number, row in enumerate(cells)]
    form = dataclasses.replace(base, indicators=tuple(cells))
    history = History(previous=documents[1], siblings=tuple(documents[2:]))
    edition = get_edition(form.form)
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        check(form, edition, history)
        times.append(time.perf_counter() - started)
    return Row(
        f"check-up of a form of {len(cells)} rows",
        "≤ 200 ms",
        f"{median(times) * 1000:.0f} ms",
        median(times) <= 0.2,
        f"longest of {rounds}: {max(times) * 1000:.0f} ms",
    )


def one_pdf(rounds: int = 20) -> Row:
    """One official PDF, warm, against bare WeasyPrint on the same HTML: same fonts, style sheets and PDF/A variant.

    CPU time, in turns: what else the machine does stays out of the ratio.
    """
    from weasyprint import HTML

    from perfgoals.documents import paper, pdf
    from perfgoals.editions import get_edition

    document = _documents(1)[0]
    edition = get_edition(document.form)
    html = paper.sheet(paper.lay_out(document, edition))
    engine = pdf.engine()

    def bare(**options: str) -> None:
        page = HTML(string=html, url_fetcher=engine.fetcher, base_url="static:")
        page.write_pdf(stylesheets=engine.styles, font_config=engine.fonts, **options)

    ways = {
        "ours": lambda: pdf.make_pdf(document, edition),
        "bare": lambda: bare(pdf_variant=pdf.VARIANT),
        "untagged": bare,
    }
    times = in_turns(ways, rounds)
    ratio = times["ours"] / times["bare"]
    return Row(
        "one official PDF, warm, CPU, same PDF/A variant",
        "≤ 1.2 × bare WeasyPrint",
        f"{ratio:.2f} ×",
        ratio <= 1.2,
        f"{times['ours'] * 1000:.0f} / {times['bare'] * 1000:.0f} ms; "
        f"against plain untagged WeasyPrint {times['ours'] / times['untagged']:.2f} ×",
    )


def in_turns(ways: dict[str, Callable[[], object]], rounds: int, warm: int = 2) -> dict[str, float]:
    """Median CPU seconds of each way, measured in turns after ``warm`` rounds that do not count."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + warm):
        for name, act in ways.items():
            started = time.process_time()
            act()
            if turn >= warm:
                times[name].append(time.process_time() - started)
    return {name: median(found) for name, found in times.items()}


def readings(rounds: int = 20) -> Row:
    """Target values read per CPU second, over the targets of the published forms."""
    from declarations.models import Indicator
    from perfgoals.targets import read_target

    published = Indicator.objects.exclude(declaration__source_id="").values_list("target", "name", "level2")
    values = list(published)

    def read_all() -> None:
        for raw, name, level2 in values:
            read_target(raw, name=name, level2=level2)

    speed = len(values) / in_turns({"read": read_all}, rounds)["read"]
    return Row(
        "reading target values",
        "≥ 20,000 readings/s",
        f"{speed:,.0f}/s",
        speed >= 20_000,
        f"CPU time over the {len(values)} published values",
    )


def excel_list(count: int = 100_000) -> Row:
    """The product's list of indicators (100,000 rows) against a bare write-only openpyxl loop over the same query."""

    def child(*arguments: str) -> list[float]:
        command = [sys.executable, "-m", "bench.excel", str(count), *arguments]
        printed = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ).stdout
        return [float(word) for word in printed.split()]

    ours, bare = child("compare")
    (megabytes,) = child("memory")
    ratio = ours / bare
    return Row(
        f"Excel list of {count:,} rows, CPU",
        "≤ 1.3 × bare loop, ≤ 150 MB over the base",
        f"{ratio:.2f} ×, +{megabytes:.0f} MB",
        ratio <= 1.3 and megabytes <= 150,
        f"{ours:.1f} / {bare:.1f} s",
    )


def book(forms: int = 1000) -> Row:
    """A zip of official PDFs as a job, drained by one worker process and by two."""
    from declarations.models import Declaration
    from perfgoals.accounts.models import User
    from perfgoals.jobs import queue

    admin = User.objects.get(username="business-admin")
    ids = list(
        Declaration.objects.exclude(submitted_by=None).order_by("pk").values_list("pk", flat=True)[:forms]
    )
    seconds = {}
    peaks = []
    for workers in (1, 2):
        shutil.rmtree(settings.PAPER_DIR, ignore_errors=True)  # papers of the first book would be the second's
        job = queue.start("declaration_pdfs", {"ids": ids}, owner=admin)
        started = time.perf_counter()
        children = [
            subprocess.Popen(
                [sys.executable, "-m", "bench.drain", str(job.pk)], stdout=subprocess.PIPE, text=True
            )
            for _ in range(workers)
        ]
        peaks += [child.communicate()[0] for child in children]
        seconds[workers] = time.perf_counter() - started
    gain = seconds[1] / seconds[2]
    return Row(
        f"book of {len(ids)} forms, two workers against one",
        "≥ 1.5 × faster, memory flat",
        f"{gain:.2f} ×",
        gain >= 1.5,
        f"{len(ids) / seconds[1]:.1f} and {len(ids) / seconds[2]:.1f} forms/s; memory MB half way → end: "
        + ", ".join(text.strip() for text in peaks),
    )
