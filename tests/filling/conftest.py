"""A self-evaluation with copied targets, on pages that are nothing but the shared ones."""

from tests.evaluations.conftest import approved, opened, season_2020

__all__ = ["approved", "opened", "season_2020"]
