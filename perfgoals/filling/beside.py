"""What stands beside each place of a form that is being filled in: remarks, changes, what was sent back, what is locked."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from perfgoals.accounts.models import User
from perfgoals.filling.addresses import page_url
from perfgoals.filling.filing import FilledFiling
from perfgoals.filling.returned import Named, Returned, returned_of
from perfgoals.findings import Finding
from perfgoals.reviewing import commenting, history
from perfgoals.reviewing.commenting import Board
from perfgoals.reviewing.history import Change

WHY_OPEN = {
    "": "",
    "joined": "没有点名退回；和退回的地方在同一个合计里，也可以改。",
    "mending": "没有点名退回；为改错误打开，可以改。",
}


@dataclass
class Beside:
    """Asked place by place by the templates; each kind is read once, when it is first asked for."""

    filing: FilledFiling
    user: User
    document: Any = None
    findings: Callable[[], Iterable[Finding]] | None = None  # of the form as it stands, where the page has them

    @cached_property
    def board(self) -> Board:
        """Remarks. Before the first 送审 there is nobody to mention but colleagues, and their names are not read."""
        address = page_url(self.filing, "comments")
        was_sent = self.filing.submitted_at is not None
        return commenting.board_of(self.filing, self.user, address=address, names=was_sent)

    @cached_property
    def changes(self) -> Mapping[str, list[Change]]:
        return history.changes_of(self.filing)

    @cached_property
    def returned(self) -> Returned | None:
        return returned_of(self.filing, self.document, findings=self.findings)

    def is_locked(self, path: str) -> bool:
        """A place that the return does not open (F61)."""
        return self.returned is not None and not self.returned.openness.allows(path, self.filing.edition)

    def why_open(self, path: str) -> str:
        """In words, why a place is open that the return does not name."""
        if self.returned is None:
            return ""
        openness, edition = self.returned.openness, self.filing.edition
        return "" if openness.is_named(path, edition) else WHY_OPEN[openness.why_unnamed(path, edition)]

    def opens_within(self, path: str) -> bool:
        """Whether something inside is open besides what the return names."""
        return self.returned is not None and self.returned.openness.opens_within(path)

    def is_section_locked(self, key: str) -> bool:
        return self.returned is not None and not self.returned.is_open(key)

    def notes(self, path: str) -> list[Named]:
        """The reviewer's words on this place, with the rows and cells inside it."""
        if self.returned is None:
            return []
        return [one for one in self.returned.places if one.path == path or one.path.startswith(f"{path}.")]

    def section_notes(self, key: str) -> list[Named]:
        """The reviewer's words on the section as a whole."""
        return self.notes(f"section:{key}")

    def history(self, path: str) -> list[Change]:
        """What became of a field, or of a row with its cells; of a whole table, the rows that are gone."""
        if path not in self.filing.tables:
            return history.in_row(self.changes, path)
        here = {f"{path}.{row.row_id}" for row in self.filing.rows_of(path).all()}
        gone = (
            at for at in self.changes if at.startswith(f"{path}.") and at.count(".") == 1 and at not in here
        )
        return [change for at in gone for change in self.changes[at]]
