"""collectstatic with the storage of production: every file is found, and modules import each other by hashed name."""

import json
import re

import pytest
from django.core.management import call_command


@pytest.mark.slow
def test_every_static_file_is_hashed_and_modules_agree(settings, tmp_path, capsys):
    settings.STATIC_ROOT = tmp_path
    settings.WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (
        "css",
        "js",
        "svg",
        "ttf",
        "txt",
        "toml",
    )  # minutes, and not the point
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "perfgoals.static_storage.HashedStaticFilesStorage"}
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    manifest = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    scripts = [name for name in manifest if name.startswith("js/") and name.endswith(".js")]
    assert len(scripts) >= 5
    for name in scripts:
        text = (tmp_path / manifest[name]).read_text(encoding="utf-8")
        for imported in re.findall(r"""(?:from|import)\s*["'](\.[^"']+)["']""", text):
            assert re.search(r"\.[0-9a-f]{12}\.js$", imported), f"{name} imports {imported}"
