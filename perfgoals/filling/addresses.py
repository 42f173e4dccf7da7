"""Where on the site a path of a form is filled in. Each kind of filing has the same names in its own namespace."""

from django.urls import reverse

from perfgoals.filling.filing import FilledFiling


def control_id(path: str) -> str:
    """The id of the control for ``path``: ``indicators.1f.target`` → ``f-indicators-1f-target``."""
    return f"f-{path.replace('.', '-')}"


def page_url(filing: FilledFiling, name: str, *more: object) -> str:
    """The address ``name`` of this filing in the namespace of its kind: ``tasks``, ``check``, ``save`` …"""
    return reverse(f"{filing.namespace}:{name}", args=[filing.pk, *more])


def step_url(filing: FilledFiling, section_key: str) -> str:
    return page_url(filing, "step", section_key)


def place_url(filing: FilledFiling, path: str) -> str:
    """The step on which ``path`` is filled in, at its control."""
    section = filing.edition.section_for_path(path)
    return f"{step_url(filing, section.key)}#{control_id(path)}"
