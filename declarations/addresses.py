"""Where on the site a path of the form is filled in."""

from django.urls import reverse

from declarations.models import Declaration


def control_id(path: str) -> str:
    """The id of the control for ``path``: ``indicators.1f.target`` → ``f-indicators-1f-target``."""
    return f"f-{path.replace('.', '-')}"


def step_url(declaration: Declaration, section_key: str) -> str:
    return reverse("declarations:step", args=[declaration.pk, section_key])


def place_url(declaration: Declaration, path: str) -> str:
    """The step on which ``path`` is filled in, at its control."""
    section = declaration.edition.section_for_path(path)
    return f"{step_url(declaration, section.key)}#{control_id(path)}"
