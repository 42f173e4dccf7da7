"""What a page knew when it was drawn, and what came back from it.

Every page of a form carries one hidden input ``page``: for each of its fields the version it showed and a digest of
the text it showed. So a plain HTML form, which posts everything, still saves only what its person has changed, and a
field that only somebody else changed is left alone.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from perfgoals.editions.model import Section
from perfgoals.filling.editing import FieldChange
from perfgoals.filling.filing import FilledFiling
from perfgoals.filling.marks import Mark

# path → version shown, and a digest of the text shown (or, from autosave, "=" and the text itself)
Page = dict[str, tuple[int, str]]


def page_of(filing: FilledFiling, section: Section, marks: Mapping[str, Mark]) -> Page:
    """Everything that can be typed in this section, as it stands now."""
    texts: dict[str, str] = {}
    for field in section.fields:
        if field.key in filing.tables:
            for row in filing.rows_of(field.key).all():
                texts |= filing.cells_of(field.key, row)
        elif (place := filing.place_of(field.key)) is not None:
            texts[field.key] = place.read(filing)
    return {path: (marks[path].version if path in marks else 0, digest(text)) for path, text in texts.items()}


def posted_changes(post: Mapping[str, Any]) -> list[FieldChange]:
    """The fields of a posted page whose text is not the one that was shown. A page without its knowledge has none."""
    return [
        FieldChange(path, plain(post[path]), seen)
        for path, (seen, shown) in posted_page(post).items()
        if path in post and not _is_shown(plain(post[path]), shown)
    ]


def posted_page(post: Mapping[str, Any]) -> Page:
    """The hidden input as it came back; what cannot be understood is left out."""
    try:
        page = json.loads(post.get("page") or "{}")
    except (ValueError, RecursionError):
        return {}
    if not isinstance(page, dict):
        return {}
    return {path: (entry[0], entry[1]) for path, entry in page.items() if _is_entry(entry)}


def read_changes(items: Any) -> list[FieldChange] | None:
    """Changes from a script's JSON; None where it is not a list of them."""
    if not isinstance(items, list) or len(items) > 1000:
        return None
    changes = []
    for item in items:
        if not isinstance(item, dict):
            return None
        path, value, seen = item.get("path"), item.get("value"), item.get("seen", 0)
        if not isinstance(path, str) or not isinstance(value, str) or not _is_version(seen):
            return None
        changes.append(FieldChange(path, value, seen))
    return changes


def plain(text: str) -> str:
    """Browsers post line ends as CR LF; rows keep LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def digest(text: str) -> str:
    return hashlib.blake2b(plain(text).encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def dump(page: Page) -> str:
    return json.dumps(page, separators=(",", ":"))


def together(texts: Iterable[str], *, single_line: bool) -> str:
    """Both texts of a conflict in one field, to be worked into one by hand."""
    kept = [text for text in texts if text.strip()]
    return ("　" if single_line else "\n").join(kept)


def _is_shown(text: str, shown: str) -> bool:
    return text == plain(shown[1:]) if shown.startswith("=") else digest(text) == shown


def _is_entry(entry: Any) -> bool:
    return isinstance(entry, list) and len(entry) == 2 and _is_version(entry[0]) and isinstance(entry[1], str)


def _is_version(value: Any) -> bool:
    return type(value) is int and 0 <= value < 2**31
