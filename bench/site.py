"""A running copy of the product on 127.0.0.1, and people who are signed in to it."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

CSRF = "a" * 32


@contextmanager
def serving(database: str = "", *, workers: int = 2, threads: int = 8) -> Iterator[int]:
    """gunicorn on a free port, with ``database`` (a URL) or the environment's; yields the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "bench.wsgi",
        "--bind",
        f"127.0.0.1:{port}",
        "--log-level",
        "error",
    ]
    command += ["--keep-alive", "75"]  # as behind a proxy, which keeps its connections
    command += ["--worker-class", "gthread", "--workers", str(workers), "--threads", str(threads)]
    more = {"DJANGO_SETTINGS_MODULE": "bench.settings"} | ({"DATABASE_URL": database} if database else {})
    process = subprocess.Popen(command, env=os.environ | more)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(20)


@dataclass
class Person:
    """A signed-in browser with one kept connection."""

    port: int
    session: str

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def get(self, path: str) -> tuple[float, int, bytes]:
        return self._ask("GET", path, None)

    def post_json(self, path: str, data: Any) -> tuple[float, int, bytes]:
        return self._ask("POST", path, json.dumps(data).encode())

    def post_form(self, path: str, data: dict[str, Any]) -> tuple[float, int, bytes]:
        """As a page without script posts it; the answer of a redirect is the redirect."""
        return self._ask(
            "POST", path, urlencode(data, doseq=True).encode(), "application/x-www-form-urlencoded"
        )

    def _ask(
        self, method: str, path: str, body: bytes | None, content_type: str = "application/json"
    ) -> tuple[float, int, bytes]:
        """Seconds, status and body of one request."""
        headers = {
            "Cookie": f"sessionid={self.session}; csrftoken={CSRF}",
            "X-CSRFToken": CSRF,
            "Accept": "application/json" if body else "text/html",
        }
        if body:
            headers["Content-Type"] = content_type
        started = time.perf_counter()
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        text = response.read()
        return time.perf_counter() - started, response.status, text


def sign_in(user: Any) -> str:
    """A session key of ``user``, made in the database without a password."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from perfgoals.accounts.backends import OfficeBackend

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = f"{OfficeBackend.__module__}.{OfficeBackend.__name__}"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return session.session_key


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
