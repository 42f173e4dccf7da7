"""Printed once, kept by fingerprint: what comes back, what makes it print again, and what a bad disk may not do."""

import pytest

from perfgoals.documents import kept
from perfgoals.documents.annex import Annex
from perfgoals.documents.kept import kept_pdf
from perfgoals.documents.points import Points

ONE, TWO = "1" * 64, "2" * 64


def files(settings):
    return sorted(path.name for path in settings.PAPER_DIR.rglob("*") if path.is_file())


def printer(data, calls):
    def make():
        calls.append(data)
        return data

    return make


def test_the_second_request_gets_what_the_first_made(settings):
    calls = []
    assert kept_pdf(ONE, printer(b"%PDF one", calls)) == b"%PDF one"
    assert kept_pdf(ONE, printer(b"%PDF other", calls)) == b"%PDF one"
    assert kept_pdf(TWO, printer(b"%PDF two", calls)) == b"%PDF two"
    assert calls == [b"%PDF one", b"%PDF two"]


def test_a_new_layout_prints_anew_and_the_old_file_gives_way(settings, monkeypatch):
    kept_pdf(ONE, lambda: b"old")
    monkeypatch.setattr(kept, "layout", lambda: "0123456789ab")
    assert kept_pdf(ONE, lambda: b"new") == b"new"
    assert files(settings) == [f"{ONE}-0123456789ab.pdf"]


def test_whatever_shapes_paper_changes_the_layout(settings, tmp_path):
    def written(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return kept.layout.__wrapped__()

    settings.BASE_DIR = tmp_path
    said = [
        written(name, text)
        for name in (
            "templates/forms/form.html",
            "static/css/paper.css",
            "static/fonts/form-song.ttf",
            "perfgoals/editions/forms/x.toml",
            "perfgoals/documents/pdf.py",
        )
        for text in ("a", "b")
    ]
    assert len(set(said)) == len(said)
    assert kept.layout.__wrapped__() == said[-1]


def test_what_fails_is_not_kept(settings):
    def broken():
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        kept_pdf(ONE, broken)
    assert kept_pdf(ONE, lambda: b"then") == b"then"


@pytest.mark.parametrize("moment", ["fsync", "replace", "mkdir"])
def test_a_full_disk_keeps_nobody_from_printing(settings, monkeypatch, moment):
    def full(*args, **options):
        raise OSError(28, "No space left on device")

    target = kept.os if moment == "fsync" else kept.Path
    monkeypatch.setattr(target, moment, full)
    assert kept_pdf(ONE, lambda: b"%PDF") == b"%PDF"
    monkeypatch.undo()
    assert files(settings) == []


def test_what_is_printed_beside_and_behind_a_form_has_a_name_of_its_own():
    annex, points = Annex("对照表", "0123", (), "前", "后", ()), Points({"r1": "2.50"}, "9.80", "12.30")
    keys = [
        kept.key_of(ONE),
        kept.key_of(ONE, [annex]),
        kept.key_of(ONE, (), points),
        kept.key_of(ONE, [annex], points),
        kept.key_of(ONE, (), Points({"r1": "2.51"}, "9.80", "12.30")),
        kept.key_of(TWO, (), points),
    ]
    assert len(set(keys)) == len(keys)
    assert keys[0] == ONE == kept.key_of(ONE, (), Points())
