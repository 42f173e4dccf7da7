"""A step of a declaration: what was found is kept for the lists."""

from declarations.checkup import refresh_counts
from declarations.models import Declaration
from perfgoals.filling.steps import Step
from perfgoals.findings import Finding, count_levels


class DeclarationStep(Step):
    """One section of one declaration."""

    filing: Declaration

    def keep(self, findings: list[Finding], still_open: list[Finding]) -> None:
        if count_levels(still_open) != self.filing.open_findings:
            refresh_counts(self.filing, findings)
