"""Child process: Excel lists of N rows, the product's way and a bare write-only loop in turns, or one for its memory.

``N compare`` prints CPU seconds of ours and of the bare loop; ``N memory`` the megabytes over the base.
"""

import itertools
import os
import resource
import sys
import tempfile

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
django.setup()

from openpyxl import Workbook  # noqa: E402

from bench.work import in_turns  # noqa: E402
from declarations import excel  # noqa: E402
from declarations.models import Declaration  # noqa: E402
from perfgoals.excel import write_list  # noqa: E402


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(count: int, what: str) -> None:
    if what == "compare":
        times = in_turns({"ours": lambda: ours(count), "bare": lambda: bare(count)}, rounds=3, warm=1)
        print(times["ours"], times["bare"])
    else:
        base = peak()
        ours(count)
        print(peak() - base)


def rows(count: int):
    return itertools.islice(excel.indicator_rows(Declaration.objects.all()), count)


def ours(count: int) -> None:
    with tempfile.TemporaryFile() as out:
        write_list(out, "指标清单", excel.INDICATOR_COLUMNS, rows(count))


def bare(count: int) -> None:
    """The least that writes the same values: no head, no care for formulas."""
    with tempfile.TemporaryFile() as out:
        book = Workbook(write_only=True)
        sheet = book.create_sheet("x")
        for row in rows(count):
            sheet.append(row)
        book.save(out)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
