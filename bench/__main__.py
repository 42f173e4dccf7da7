"""``script/bench [row …]``: prints the table of the design's speed budgets; rows: lists autosave rush checkup targets pdf excel book scoring opening.

Works on a database of its own: PostgreSQL where a server answers (``BENCH_DATABASE_URL``), else a SQLite file. Figures are ratios inside one run;
milliseconds stand beside them only to show the scale.
"""

import os
import platform
import shutil
import sys
import tempfile
from pathlib import Path

ROWS = ("lists", "autosave", "rush", "checkup", "targets", "pdf", "excel", "book", "scoring", "opening")
SMALL, LARGE = 600, int(os.environ.get("BENCH_DECLARATIONS", "60000"))
POSTGRES = "postgres://postgres@127.0.0.1:5432/perfgoals_bench"


def database() -> str:
    """The benchmark's own database, empty; its URL."""
    import environ
    import psycopg2

    url = os.environ.get("BENCH_DATABASE_URL", POSTGRES)
    if url.startswith("sqlite"):
        return url
    parts = environ.Env.db_url_config(url)
    try:
        server = psycopg2.connect(
            host=parts["HOST"],
            port=parts["PORT"] or 5432,
            user=parts["USER"],
            password=parts["PASSWORD"] or None,
            dbname="postgres",
        )
    except psycopg2.OperationalError:
        return f"sqlite:///{tempfile.mkdtemp()}/bench.sqlite3"
    server.autocommit = True
    with server.cursor() as cursor:
        if not os.environ.get("BENCH_KEEP"):
            cursor.execute(f'DROP DATABASE IF EXISTS "{parts["NAME"]}"')
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [parts["NAME"]])
        if cursor.fetchone() is None:
            cursor.execute(f'CREATE DATABASE "{parts["NAME"]}"')
    server.close()
    return url


def copy_of(url: str) -> str:
    """A copy of the benchmark's database as it stands; its URL."""
    import environ
    import psycopg2

    parts = environ.Env.db_url_config(url)
    if url.startswith("sqlite"):
        return f"sqlite:///{shutil.copy(parts['NAME'], parts['NAME'] + '.small')}"
    name = f"{parts['NAME']}_small"
    server = psycopg2.connect(
        host=parts["HOST"],
        port=parts["PORT"] or 5432,
        user=parts["USER"],
        password=parts["PASSWORD"] or None,
        dbname="postgres",
    )
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{parts["NAME"]}"')
    server.close()
    return url.replace(parts["NAME"], name)


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}"


def main(wanted: list[str]) -> int:
    os.environ |= {
        "DATABASE_URL": database(),
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "PERFGOALS_DEMO": "1",
        "PERFGOALS_VAR": os.environ.get("PERFGOALS_VAR") or tempfile.mkdtemp(prefix="perfgoals-bench-"),
        "PERFGOALS_JOB_LEASE_SECONDS": "60",
    }
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from bench import web, work

    call_command("migrate", verbosity=0)
    call_command("load_demo")
    print(f"{machine()}; {connection.vendor}; working files in {Path(os.environ['PERFGOALS_VAR'])}", flush=True)
    table = []

    def add(*rows: web.Row) -> None:
        for row in rows:
            table.append(row)
            print(line(row), flush=True)

    print("| what | budget | measured | | scale |\n|---|---|---|---|---|", flush=True)
    call_command("make_load", declarations=SMALL, stdout=open(os.devnull, "w"))  # noqa: SIM115
    keys = web.sign_in_everybody()
    settle()
    if "checkup" in wanted:
        add(work.checkup())
    if "targets" in wanted:
        add(work.readings())
    if "pdf" in wanted:
        add(work.one_pdf())
    if "scoring" in wanted:
        from bench import scoring

        add(scoring.scoring())
    small = ""
    if "lists" in wanted:
        connection.close()  # a database with a session in it is not copied
        small = copy_of(os.environ["DATABASE_URL"])
    if {"lists", "autosave", "rush", "excel", "book"} & set(wanted):
        call_command("make_load", declarations=LARGE, stdout=open(os.devnull, "w"))  # noqa: SIM115
        settle()
    if "lists" in wanted:
        add(*web.lists(small, os.environ["DATABASE_URL"], keys))
    if "autosave" in wanted:
        add(web.autosave(LARGE))
    if "rush" in wanted:
        from bench import rush

        add(*rush.last_day())
    if "excel" in wanted:
        add(work.excel_list())
    if "book" in wanted:
        add(work.book())
    if "opening" in wanted:  # last: its forms stand beside those that the other rows count
        from bench import opening

        add(opening.opening())
    return 0 if all(row.holds for row in table) else 1


def settle() -> None:
    """Fresh statistics, as a database that has lived a while has them."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def line(row) -> str:
    mark = {True: "✓", False: "✗", None: ""}[row.holds]
    return f"| {row.what} | {row.budget} | {row.measured} | {mark} | {row.note} |"


if __name__ == "__main__":
    unknown = [name for name in sys.argv[1:] if name not in ROWS]
    if unknown:
        raise SystemExit(f"rows: {' '.join(ROWS)}")
    raise SystemExit(main(sys.argv[1:] or list(ROWS)))
