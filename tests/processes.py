"""Other processes on the database of the running test."""

import os
import sys
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parents[1]
PYTHON = sys.executable


def environment(var, **more):
    """The environment in which our commands meet the test database; ``var`` is where they keep files."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{database['NAME']}"
    else:
        url = f"postgres://{database['USER']}@{database['HOST']}:{database['PORT'] or 5432}/{database['NAME']}"
    return os.environ | {"DATABASE_URL": url, "PERFGOALS_DEMO": "1", "PERFGOALS_VAR": str(var)} | more
