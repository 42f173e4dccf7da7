import pytest

from perfgoals.jobs import kinds


@pytest.fixture(autouse=True)
def _job_kinds(settings, tmp_path):
    settings.JOB_KINDS = ["tests.jobs.slow_kind.KINDS", "declarations.exporting.KINDS"]
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        }
    }
    kinds._all.cache_clear()
    yield
    kinds._all.cache_clear()
