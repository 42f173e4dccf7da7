"""How one declaration became another, in the words of the form (F66)."""

from declarations.checkup import column_label
from perfgoals.documents.declaration import DeclarationDocument
from perfgoals.editions import Edition
from perfgoals.reviewing import comparing
from perfgoals.reviewing.comparing import Comparison

COLUMNS = {
    "indicators": (
        "level1", "level2", "name", "target", "weight", "definition", "calculation_method", "data_source",
        "setting_basis", "baseline",
    ),
    "sub_projects": ("name", "amount"),
}  # fmt: skip


def compare(
    old: DeclarationDocument,
    new: DeclarationDocument,
    old_edition: Edition,
    edition: Edition,
    *,
    same_form: bool = False,
) -> Comparison:
    """How ``old`` became ``new``; see ``perfgoals.reviewing.comparing``."""
    labels = {
        table: {column: column_label(edition, table, column) or column for column in columns}
        for table, columns in COLUMNS.items()
    }
    return comparing.compare(old, new, old_edition, edition, labels, same_form=same_form)
