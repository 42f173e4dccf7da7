"""Where a finding is: in words, and for one that is said of many rows, each of them with its link."""

from dataclasses import dataclass
from typing import Any

from perfgoals.filling.addresses import place_url
from perfgoals.filling.filing import FilledFiling
from perfgoals.findings import Finding


@dataclass(frozen=True, slots=True)
class Spot:
    """One of the rows that a finding is said of."""

    words: str
    url: str
    path: str


def place_of(filing: FilledFiling, finding: Finding, document: Any) -> str:
    """“第 9 行 实际完成值”, or of many rows “18 行”."""
    return f"{len(finding.places)} 行" if finding.gathered else filing.words_for(finding.path, document)


def spots_of(filing: FilledFiling, finding: Finding, document: Any) -> tuple[Spot, ...]:
    """The rows of a gathered finding, none of any other."""
    if not finding.gathered:
        return ()
    return tuple(
        Spot(filing.words_for(path.rpartition(".")[0], document), place_url(filing, path), path)
        for path in finding.places
    )
