"""What other forms said of a row in the course of the year, shown beside its actual value: a registry.

Imports run one way, so whoever knows more of a row (monitoring) registers a provider in its ``AppConfig.ready``. A
provider answers for a whole form, in a number of queries that does not depend on its rows.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from evaluations.models import Evaluation


@dataclass(frozen=True, slots=True)
class Known:
    """“1—10 月监控：20场”, with the page it stands on."""

    text: str
    url: str = ""


Provider = Callable[[Evaluation], Mapping[str, Sequence[Known]]]

_providers: list[Provider] = []


def register(provider: Provider) -> None:
    if provider not in _providers:
        _providers.append(provider)


def known_of(evaluation: Evaluation) -> Mapping[str, Sequence[Known]]:
    """Everything that is known, by row id."""
    found: dict[str, list[Known]] = defaultdict(list)
    for provide in _providers:
        for row_id, said in provide(evaluation).items():
            found[row_id].extend(said)
    return found
