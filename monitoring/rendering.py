"""Monitoring reports for ``manage.py render_forms --kind monitoring``: ours, the shipped ones, any document in a file."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from monitoring.models import MonitoringReport
from monitoring.official import official, printed
from perfgoals.documents.monitoring import MonitoringDocument
from perfgoals.documents.rendering import Printed, files_named, read_file

KIND = "monitoring"
LONGEST_NUMBER = 19


def find(ids: Sequence[str], *, with_details: bool = False) -> list[Printed]:
    """The forms named: a report's number, an id of ``fixtures/monitoring`` or the path of a JSON document.

    Without ids the shipped ones. Raises ``Unknown``.
    """
    numbers = [int(one) for one in ids if one.isascii() and one.isdecimal() and len(one) < LONGEST_NUMBER]
    stored = MonitoringReport.objects.in_bulk(numbers) if numbers else {}
    ours = {
        one: stored[int(one)]
        for one in ids
        if one.isdecimal() and len(one) < LONGEST_NUMBER and int(one) in stored
    }
    others = [one for one in ids if one not in ours]
    paths = files_named(others, KIND, "绩效运行监控表") if others or not ids else {}
    return [
        printed(ours[one], official(ours[one])) if one in ours else _in_file(one, paths) for one in ids or paths
    ]


def _in_file(name: str, paths: Mapping[str, Path]) -> Printed:
    path = paths[name]
    document = read_file(path, MonitoringDocument)
    return Printed(path.stem, document.project_name or "", document)
