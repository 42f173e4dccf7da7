"""docs/security.md names tests that exist and roles that exist; the headers it promises are on every answer."""

import ast
import re
from pathlib import Path

import pytest

from perfgoals.accounts.models import Role

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs" / "security.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)))


def test_the_document_names_tests():
    assert len(NAMED) > 30
    clauses = TEXT.split("## Clauses")[1].split("## ")[0]
    rows = [line for line in clauses.splitlines() if line.startswith("| ") and not line.startswith("| clause")]
    assert [row for row in rows if "::" not in row] == []


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_every_named_test_exists(path, name):
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_role_has_its_row():
    table = TEXT.split("## Roles and rights")[1].split("## ")[0]
    assert re.findall(r"^\| `(\w+)` (\S+) \|", table, re.MULTILINE) == [(r.value, r.label) for r in Role]


@pytest.mark.parametrize(
    "address", ["/login/", "/people/", "/nowhere/", "/healthz", "/second-factor/bind/code.svg"]
)
def test_every_answer_carries_the_headers(client, people, address):
    if address not in ("/login/", "/healthz"):
        client.force_login(people["系统管理员"])
    answer = client.get(address)
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "data:" not in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
