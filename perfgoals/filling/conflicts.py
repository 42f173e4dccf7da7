"""Two texts of one field, for a person to choose from."""

from collections.abc import Sequence
from dataclasses import dataclass

from perfgoals.documents.difference import words
from perfgoals.filling.editing import Conflict
from perfgoals.filling.filing import FilledFiling


@dataclass(frozen=True)
class Versions:
    """A conflict for the page: both texts, each with what only it says marked."""

    conflict: Conflict
    label: str
    yours: Sequence[tuple[bool, str]]  # (only here, text)
    theirs: Sequence[tuple[bool, str]]
    is_cell: bool = False  # a cell of a table, whose own control shows what is stored

    @property
    def id(self) -> str:
        return self.conflict.path.replace(".", "-")

    @property
    def person(self) -> str:
        if self.conflict.own:
            return "您在另一个页面"
        return self.conflict.theirs_by or "别人"

    @property
    def button(self) -> str:
        return "用另一个页面的" if self.conflict.own else f"用{self.conflict.theirs_by or '另一份'}的"


def versions_of(filing: FilledFiling, conflict: Conflict) -> Versions:
    pieces = words(conflict.yours, conflict.theirs)
    place = filing.place_of(conflict.path)
    return Versions(
        conflict=conflict,
        label=filing.words_for(conflict.path),
        yours=[(operation == "delete", text) for operation, text in pieces if operation != "insert"],
        theirs=[(operation == "insert", text) for operation, text in pieces if operation != "delete"],
        is_cell=place is not None and place.is_cell,
    )
