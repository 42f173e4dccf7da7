"""Printing from request threads: right bytes, clear errors, and a printer that gets up again."""

import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from perfgoals.documents import pdf, printing
from perfgoals.editions import get_edition

from .ground import document


@pytest.fixture(scope="module", autouse=True)
def _stop_afterwards():
    yield
    printing.stop()


def processes():
    return [process for process in printing._pool._processes.values() if process.is_alive()]


def soon(true, seconds=5):
    """Whether ``true()`` comes to hold within ``seconds``."""
    end = time.monotonic() + seconds
    while not (held := true()) and time.monotonic() < end:
        time.sleep(0.05)
    return held


def running(pid):
    """Whether the process lives: a zombie nobody has reaped yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_the_same_bytes_as_in_this_process():
    form = document("czj-2020-2")
    expected = pdf.make_pdf(form, get_edition(form.form), watermark="草稿")
    assert printing.render_pdf(form.to_json(), watermark="草稿") == expected


def test_many_threads_share_the_render_processes(settings):
    forms = [document(source_id) for source_id in ("czj-2020-2", "czj-2020-5", "sjrb-2018-1")] * 2
    made = [None] * len(forms)

    def work(number):
        made[number] = printing.render_pdf(forms[number].to_json())

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(forms))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made[:3] == made[3:]
    assert all(data.startswith(b"%PDF-1.7") for data in made)
    assert 1 <= len(processes()) <= settings.RENDER_PROCESSES
    assert os.getpid() not in {process.pid for process in processes()}


def test_a_missing_glyph_comes_through_with_its_place():
    form = replace(document("czj-2020-2"), legal_basis="经信委核定\U0001f600")
    with pytest.raises(printing.MissingGlyph) as caught:
        printing.render_pdf(form.to_json())
    assert (caught.value.character, caught.value.path) == ("\U0001f600", "legal_basis")
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.character, again.path) == ("\U0001f600", "legal_basis")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{}", "读不出来"),
        ("no json", "读不出来"),
        (replace(document("czj-2020-2"), form="sh-1999").to_json(), "没有这种表式：sh-1999"),
    ],
)
def test_what_is_no_form_is_refused_in_chinese(text, words):
    with pytest.raises(printing.PrintingFailed, match=words):
        printing.render_pdf(text)


def test_a_killed_render_process_is_replaced_and_the_form_printed():
    form = document("czj-2020-2")
    before = printing.render_pdf(form.to_json())
    for process in processes():
        process.kill()
        process.join()
    assert printing.render_pdf(form.to_json()) == before


def test_a_form_that_takes_too_long_is_given_up_and_the_next_is_printed(monkeypatch):
    form = document("czj-2020-2")
    printing.render_pdf(form.to_json())
    hanging = processes()
    monkeypatch.setattr(printing, "TIMEOUT", 0.001)
    with pytest.raises(printing.PrintingFailed, match="打印超时"):
        printing.render_pdf(form.to_json())
    # The pool's own thread reaps them too; between its waitpid and its note of the result a dead one looks alive.
    assert soon(lambda: not any(process.is_alive() for process in hanging))
    monkeypatch.undo()
    assert printing.render_pdf(form.to_json()).startswith(b"%PDF")


def test_many_in_order_with_the_bad_one_in_its_place():
    good = document("czj-2020-2")
    bad = replace(good, necessity="\ue000")
    made = list(
        printing.render_many([(good.to_json(), ""), (bad.to_json(), ""), (good.to_json(), "")], processes=2)
    )
    assert made[0] == made[2]
    assert isinstance(made[1], pdf.MissingGlyph)


def test_render_processes_leave_with_a_killed_web_process():
    """kill -9 on the web process must not leave printers behind."""
    code = (
        "import django, time; django.setup()\n"
        "from perfgoals.documents import printing\n"
        "if __name__ == '__main__':\n"
        "    printing.warm(); printing._submit(int).result()\n"
        "    print(*printing._pool._processes, flush=True); time.sleep(60)\n"
    )
    root = Path(__file__).parents[2]
    env = {**os.environ, "PERFGOALS_DEMO": "1", "DJANGO_SETTINGS_MODULE": "perfgoals.settings"}
    web = subprocess.Popen([sys.executable, "-c", code], cwd=root, env=env, stdout=subprocess.PIPE)
    pids = [int(pid) for pid in web.stdout.readline().split()]
    assert pids
    web.send_signal(signal.SIGKILL)
    web.wait()
    web.stdout.close()
    assert soon(lambda: not any(running(pid) for pid in pids), seconds=20)
