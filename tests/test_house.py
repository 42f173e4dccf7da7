"""The rules of the house that a machine can check: import arrows, one door, pins, no leaks."""

import ast
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
APPS = ("perfgoals", "declarations", "evaluations", "monitoring")

# Imports run one way; a package may import those to its right (and itself).
ORDER = ["disclosure", "budgets", "monitoring", "evaluations", "declarations", "perfgoals"]
INNER = ["documents", "editions", "targets"]
ROOF = {"perfgoals/urls.py", "perfgoals/home.py", "perfgoals/settings.py", "perfgoals/wsgi.py"}
PURE = (
    *(
        "perfgoals/targets",
        "perfgoals/editions",
        "perfgoals/documents/canonical.py",
        "perfgoals/documents/evaluation",
        "perfgoals/documents/monitoring.py",
        "evaluations/scoring",
        "evaluations/contradictions.py",
        "evaluations/narrative.py",
        "evaluations/drafting.py",
        "evaluations/sampling.py",
        *(f"evaluations/spot_checks/{name}.py" for name in ("scheme", "risks", "checker", "judging")),
        "evaluations/pace.py",
        "monitoring/progress.py",
        "monitoring/curves.py",
        "monitoring/checkup.py",
    ),
    *(f"perfgoals/appraising/{name}.py" for name in ("questionnaire", "grading", "sheet", "spread", "checker")),
)


def _sources():
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(ROOT).as_posix(), path


def _imports(path):
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_imports_run_one_way():
    wrong = []
    for name, path in _sources():
        if name in ROOF:
            continue
        top = name.split("/")[0]
        forbidden = set(ORDER[: ORDER.index(top)])
        if name.startswith("perfgoals/") and name.split("/")[1] in INNER:
            inner = INNER.index(name.split("/")[1])
            forbidden |= {f"perfgoals.{other}" for other in INNER[:inner]}
        for module in _imports(path):
            if any(module == bad or module.startswith(bad + ".") for bad in forbidden):
                wrong.append(f"{name} imports {module}")
    assert wrong == []


def test_pure_packages_know_no_django():
    wrong = [
        f"{name} imports {module}"
        for name, path in _sources()
        if name.startswith(PURE)
        for module in _imports(path)
        if module.split(".")[0] == "django"
    ]
    assert wrong == []


def test_state_changes_through_the_door_only():
    """Nothing but the workflow assigns ``.state`` or updates it."""
    assigns = re.compile(r"\.state\s*=[^=]|\.update\([^)]*\bstate=")
    wrong = [
        f"{name}:{number}: {line.strip()}"
        for name, path in _sources()
        if name != "perfgoals/workflow.py"
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if assigns.search(line)
    ]
    assert wrong == []


def test_no_empty_names():
    empty = {"utils.py", "helpers.py", "services.py", "managers.py", "signals.py", "common.py"}
    assert [name for name, _ in _sources() if name.rsplit("/", 1)[-1] in empty] == []


def test_migrations_are_named():
    wrong = [
        path.name for app in APPS for path in (ROOT / app).rglob("migrations/0*.py") if "_auto_" in path.name
    ]
    assert wrong == []


@pytest.mark.parametrize("listing", ["requirements.txt", "requirements-dev.txt"])
def test_pins_fit_pyproject_and_carry_hashes(listing):
    """The hashed lists are not older than pyproject.toml, and name no package index."""
    text = (ROOT / listing).read_text("utf-8")
    pins = dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", text, re.MULTILINE))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = (
        project["project"]["dependencies"]
        if listing == "requirements.txt"
        else project["dependency-groups"]["dev"]
    )
    for line in wanted:
        requirement = Requirement(line)
        name = requirement.name.lower().replace("_", "-")
        assert name in pins, f"{name} is not pinned: compile {listing} again"
        assert requirement.specifier.contains(pins[name], prereleases=True), f"{name} {pins[name]} is stale"
    blocks = re.split(r"^(?=[a-z0-9._-]+==)", text, flags=re.MULTILINE)[1:]
    assert all("--hash=sha256:" in block for block in blocks)
    assert "http" not in text


def test_no_fetch_from_elsewhere():
    """Pages load nothing from another host: closed networks, strict CSP."""
    outside = re.compile(
        r"""(?:src|href|action)\s*=\s*["'](?:https?:)?//|@import\s+url|style\s*=\s*["']|<script(?![^>]*\bsrc=)"""
    )
    wrong = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if outside.search(line) and 'type="application/json"' not in line
    ]
    assert wrong == []


def test_readme_lists_every_setting():
    settings = (ROOT / "perfgoals" / "settings.py").read_text("utf-8")
    used = set(re.findall(r'"(PERFGOALS_[A-Z_]+|DATABASE_URL)"', settings))
    readme = (ROOT / "README.md").read_text("utf-8")
    assert sorted(name for name in used if f"`{name}`" not in readme) == []
    mentioned = set(re.findall(r"`(PERFGOALS_[A-Z_]+)`", readme.split("## Settings")[1]))
    assert sorted(mentioned - used) == []


def test_readme_draws_the_arrows_that_exist():
    """The state diagram of README.md is the table of arrows, no more and no less."""
    from declarations import workflow
    from perfgoals.workflow import State, first_review_step, next_review_step

    steps = {State.UNIT_REVIEW, State.DEPARTMENT_REVIEW, State.FINANCE_REVIEW}
    onward = {State.UNIT_REVIEW: {State.DEPARTMENT_REVIEW, State.FINANCE_REVIEW}}

    def targets(step, source):
        if step.target is first_review_step:
            return steps
        if step.target is next_review_step:
            return onward.get(source, {State.FINANCE_REVIEW})
        if step is workflow.RECALL:
            return {State.DRAFT, State.RETURNED}
        return {step.target}

    arrows = {
        (source.name, target.name, f"{step.action} {step.label}")
        for step in (*workflow.TRANSITIONS, workflow.SUPERSEDE)
        for source in step.sources
        for target in targets(step, source)
    }
    readme = (ROOT / "README.md").read_text("utf-8")
    drawn = set(re.findall(r"^\s+([A-Z_]+) --> ([A-Z_]+): (.+)$", readme, re.MULTILINE))
    assert drawn == arrows


def test_the_trail_is_written_by_its_own_module_only():
    wrong = [
        name
        for name, path in _sources()
        if name != "perfgoals/audit/trail.py"
        and re.search(r"AuditRecord(\.objects\.create)?\(", path.read_text("utf-8"))
        and name != "perfgoals/audit/models.py"
    ]
    assert wrong == []
