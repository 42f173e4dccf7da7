"""What people do to the rows of a table. Each act is one transaction, and one step that can be undone.

Every act begins by claiming the declaration (``editing.claim``): that refuses a filing which is no longer editable, grows
the version, and makes people who work on the same table wait for each other, on any database. So positions are never given
twice and nobody's row is lost.

An act changes rows, their order and their groups. It never changes a cell that exists: cells are written by typing.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from declarations.models import Declaration, Indicator, TableUndo
from declarations.tables.kinds import (
    ROW_LIMIT,
    Group,
    Row,
    RowDraft,
    TableKind,
    frame_groups,
    group_words,
    place_for,
)
from perfgoals.accounts.models import User
from perfgoals.audit.trail import record
from perfgoals.filling.editing import claim
from perfgoals.filling.permissions import may_fill
from perfgoals.reviewing import history, returning
from perfgoals.workflow import State

STEPS_KEPT = 20  # how far back one can undo


class RowRefused(Exception):
    """The act cannot be done; the message says why, in Chinese. Nothing was changed."""


class NothingToDo(RowRefused):
    """What was asked for is already so: the first row cannot go up. Said in passing, it is nobody's mistake."""


class RowGone(RowRefused):
    """The page showed something that is no longer there: a colleague was faster. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Done:
    """What was done: a sentence to announce, and the row where work goes on ("" if the table is empty)."""

    said: str
    row_id: str = ""


class Sheet:
    """The rows of one table in the hands of one act; ``write`` puts them back with what undoing needs."""

    def __init__(self, kind: TableKind, declaration: Declaration) -> None:
        self.kind = kind
        self.declaration = declaration
        self.rows: list[Row] = list(kind.model.objects.filter(declaration=declaration))
        self.before = list(self.rows)
        self.groups_before = [kind.group_of(row) for row in self.rows]

    def at(self, row_id: str) -> int:
        for index, row in enumerate(self.rows):
            if row.row_id == row_id:
                return index
        raise RowGone("这一行已经不在表里，可能是同事删了。下面是现在的表。")

    def new(self, cells: dict[str, str], **columns: Any) -> Row:
        row = self.kind.model(declaration=self.declaration, position=0, **cells, **columns)
        self.kind.read(row)
        return row

    def place_for(self, group: Group) -> int:
        if not self.kind.is_grouped:
            return len(self.rows)
        groups = [self.kind.group_of(row) for row in self.rows]
        return place_for(self.declaration.edition, groups, group)

    def regroup(self, row: Row, group: Group) -> None:
        if isinstance(row, Indicator):
            row.level1, row.level2 = group
            self.kind.read(row)

    def write(self, actor: User) -> dict[str, Any]:
        """Write what differs; answer what undoing needs: order and groups before, rows removed, rows added."""
        objects = self.kind.model.objects
        kept = {row.pk for row in self.rows if row.pk}
        removed = [row for row in self.before if row.pk not in kept]
        moved = []
        for position, row in enumerate(self.rows, 1):
            if row.pk and row.position != position:
                moved.append(row)
            row.position = position
        self._refuse_locked(kept, removed)
        if removed:
            objects.filter(pk__in=[row.pk for row in removed]).delete()
        if moved:
            objects.bulk_update(moved, ["position"])
        self._write_groups(kept)
        added = objects.bulk_create([row for row in self.rows if not row.pk])
        self._keep_history(kept, removed, added, actor)
        return {
            "order": [[row.row_id, *group] for row, group in zip(self.before, self.groups_before, strict=True)],
            "removed": {row.row_id: self.kind.typed(row) for row in removed},
            "added": {row.row_id: self.kind.typed(row) for row in added},
        }

    def _refuse_locked(self, kept: set[int], removed: list[Row]) -> None:
        """After a return that names places, rows come, go and change group only where the return says so (F61)."""
        openness = returning.openness_of(self.declaration)
        if openness.is_whole or openness.allows(self.kind.key, self.declaration.edition):
            return
        touched = [*removed, *self._regrouped(kept), *(row for row in self.rows if not row.pk)]
        edition = self.declaration.edition
        if any(not openness.allows(f"{self.kind.key}.{row.row_id}", edition) for row in touched):
            raise RowRefused(returning.LOCKED)

    def _keep_history(self, kept: set[int], removed: list[Row], added: list[Row], actor: User) -> None:
        """Rows that came, went or changed their group, after the form was first sent (F119)."""
        values = {row.row_id: (_in_a_line(row), "") for row in removed}
        values |= {row.row_id: ("", _in_a_line(row)) for row in added}
        groups = {row.row_id: group for row, group in zip(self.before, self.groups_before, strict=True)}
        for row in self._regrouped(kept):
            was, now = groups[row.row_id], self.kind.group_of(row)
            values[f"{row.row_id}.level1"] = (group_words(was), group_words(now))
        by_path = {f"{self.kind.key}.{path}": pair for path, pair in values.items()}
        history.keep(self.declaration, by_path, actor=actor)

    def _regrouped(self, kept: set[int]) -> list[Row]:
        pairs = zip(self.before, self.groups_before, strict=True)
        return [row for row, group in pairs if row.pk in kept and self.kind.group_of(row) != group]

    def _write_groups(self, kept: set[int]) -> None:
        if regrouped := self._regrouped(kept):
            readings = ("reading_kind", "reading_operator", "reading_number", "reading_unit")
            self.kind.model.objects.bulk_update(regrouped, ["level1", "level2", *readings])


def _in_a_line(row: Row) -> str:
    """A row as people recognize it: what it is called and what it says."""
    said = row.target if isinstance(row, Indicator) else row.amount_typed
    return "：".join(text for text in (row.name, said) if text) or "（空行）"


@contextmanager
def _claimed(declaration: Declaration, kind: TableKind, actor: User) -> Iterator[Sheet]:
    """The table for one act of ``actor``, alone. Raises ``PermissionDenied`` or ``StateConflict``."""
    if not may_fill(actor, declaration):
        raise PermissionDenied
    version = declaration.version
    try:
        with transaction.atomic():
            claim(declaration)
            yield Sheet(kind, declaration)
    except RowRefused:
        declaration.version = version
        raise
    getattr(declaration, "_prefetched_objects_cache", {}).pop(kind.key, None)


def _keep_step(sheet: Sheet, *, label: str, actor: User) -> None:
    steps = TableUndo.objects.filter(declaration=sheet.declaration, table=sheet.kind.key)
    TableUndo.objects.create(
        declaration=sheet.declaration,
        table=sheet.kind.key,
        label=label[:80],
        rows=sheet.write(actor),
        made_by=actor,
    )
    _record(sheet.declaration, label, actor)
    if forgotten := list(steps.values_list("pk", flat=True)[STEPS_KEPT:]):
        TableUndo.objects.filter(pk__in=forgotten).delete()


def _record(declaration: Declaration, label: str, actor: User) -> None:
    """Once a reviewer has seen the form, every change is on record (操作留痕)."""
    if declaration.state == State.RETURNED:
        record(
            actor=actor,
            action="edit_rows",
            subject=declaration,
            from_state=declaration.state,
            to_state=declaration.state,
            changes={"rows": label},
        )


def add_row(
    declaration: Declaration, kind: TableKind, *, actor: User, group: Group = ("", ""), below: str = ""
) -> Done:
    """An empty row: right below the row ``below`` and in its group, or else last of ``group``."""
    with _claimed(declaration, kind, actor) as sheet:
        if below:
            index = sheet.at(below) + 1
            group = kind.group_of(sheet.rows[index - 1])
        else:
            _known(declaration, kind, group)
            index = sheet.place_for(group)
        _refuse_overflow(sheet, 1)
        row = sheet.new(RowDraft(group).cells(kind))
        sheet.rows.insert(index, row)
        _keep_step(sheet, label=f"加第 {index + 1} 行", actor=actor)
    return Done(f"已加第 {index + 1} 行", row.row_id)


def insert_rows(
    declaration: Declaration, kind: TableKind, drafts: Sequence[RowDraft], *, label: str, actor: User
) -> Done:
    """Put ``drafts`` in, each last of its group, in the order given; the first one gets the focus."""
    if not drafts:
        raise RowRefused("没有选中任何一行，表没有改动。")
    with _claimed(declaration, kind, actor) as sheet:
        _refuse_overflow(sheet, len(drafts))
        added = []
        for draft in drafts:
            _known(declaration, kind, draft.group)
            row = sheet.new(draft.cells(kind))
            sheet.rows.insert(sheet.place_for(draft.group), row)
            added.append(row)
        _keep_step(sheet, label=label, actor=actor)
    return Done(f"已{label}", added[0].row_id)


def delete_row(declaration: Declaration, kind: TableKind, row_id: str, *, actor: User) -> Done:
    """Remove a row; undoing brings it back with every cell. Work goes on in the row above."""
    with _claimed(declaration, kind, actor) as sheet:
        index = sheet.at(row_id)
        del sheet.rows[index]
        _keep_step(sheet, label=f"删除第 {index + 1} 行", actor=actor)
    neighbour = sheet.rows[max(index - 1, 0)].row_id if sheet.rows else ""
    return Done(f"已删除第 {index + 1} 行", neighbour)


def duplicate_row(declaration: Declaration, kind: TableKind, row_id: str, *, actor: User) -> Done:
    """The same row once more, right below."""
    with _claimed(declaration, kind, actor) as sheet:
        index = sheet.at(row_id)
        _refuse_overflow(sheet, 1)
        twin = sheet.new(kind.typed(sheet.rows[index]))
        sheet.rows.insert(index + 1, twin)
        _keep_step(sheet, label=f"复制第 {index + 1} 行", actor=actor)
    return Done(f"已复制为第 {index + 2} 行", twin.row_id)


def move_row(declaration: Declaration, kind: TableKind, row_id: str, *, step: int, actor: User) -> Done:
    """One place up (-1) or down (+1) among the rows of the same group."""
    with _claimed(declaration, kind, actor) as sheet:
        index, rows = sheet.at(row_id), sheet.rows
        other = index + step
        if not 0 <= other < len(rows) or kind.group_of(rows[other]) != kind.group_of(rows[index]):
            edge = "第一行" if step < 0 else "最后一行"
            raise NothingToDo(
                f"第 {index + 1} 行已经是{'这一组' if kind.is_grouped else '表'}的{edge}，没有移动。"
            )
        rows[index], rows[other] = rows[other], rows[index]
        _keep_step(sheet, label=f"{'上移' if step < 0 else '下移'}第 {index + 1} 行", actor=actor)
    return Done(f"第 {index + 1} 行已移到第 {other + 1} 行", row_id)


def place_row(
    declaration: Declaration, kind: TableKind, row_id: str, *, near: str, after: bool, actor: User
) -> Done:
    """Drag and drop: next to the row ``near``, and into its group."""
    with _claimed(declaration, kind, actor) as sheet:
        index = sheet.at(row_id)
        row = sheet.rows[index]
        group = kind.group_of(sheet.rows[sheet.at(near)])
        if near == row_id:
            raise NothingToDo(f"第 {index + 1} 行没有移动。")
        del sheet.rows[index]
        target = sheet.at(near) + (1 if after else 0)
        if target == index and group == kind.group_of(row):
            raise NothingToDo(f"第 {index + 1} 行没有移动。")
        sheet.rows.insert(target, row)
        sheet.regroup(row, group)
        _keep_step(sheet, label=f"移动第 {index + 1} 行", actor=actor)
    return Done(f"第 {index + 1} 行已移到第 {target + 1} 行", row_id)


def regroup_row(declaration: Declaration, kind: TableKind, row_id: str, *, group: Group, actor: User) -> Done:
    """Move a row to the end of another group of the form."""
    with _claimed(declaration, kind, actor) as sheet:
        _known(declaration, kind, group)
        index = sheet.at(row_id)
        row = sheet.rows[index]
        if kind.group_of(row) == group:
            raise NothingToDo(f"第 {index + 1} 行已经在“{group_words(group)}”下，没有移动。")
        del sheet.rows[index]
        target = sheet.place_for(group)
        sheet.rows.insert(target, row)
        sheet.regroup(row, group)
        _keep_step(sheet, label=f"把第 {index + 1} 行移到 {group_words(group)}", actor=actor)
    return Done(f"第 {index + 1} 行已移到 {group_words(group)}，现在是第 {target + 1} 行", row_id)


def undo(declaration: Declaration, kind: TableKind, *, step: int | None, actor: User) -> Done:
    """Take the last step back: order, groups, removed rows with their cells; rows it added go.

    ``step`` is the one the page showed: nobody undoes what they have not seen. Cells written since stay as they are,
    and so does an added row in which somebody has written since.
    """
    with _claimed(declaration, kind, actor) as sheet:
        last = TableUndo.objects.filter(declaration=declaration, table=kind.key).first()
        if last is None:
            raise NothingToDo("没有可以撤销的步骤。")
        if step is not None and last.pk != step:
            raise RowGone(f"{last.made_by}刚改过这张表：{last.label}。看过再决定要不要撤销。")
        stayed = _restore(sheet, last.rows)
        focus = _where_it_changed(sheet)
        sheet.write(actor)
        _record(declaration, f"撤销：{last.label}", actor)
        last.delete()
    note = f"。第 {stayed} 行加入后又写过字，留在表里" if stayed else ""
    return Done(f"已撤销：{last.label}{note}", focus)


def _where_it_changed(sheet: Sheet) -> str:
    """The first row that is not where it was; where rows only went, the row above them."""
    was, now = [row.row_id for row in sheet.before], [row.row_id for row in sheet.rows]
    if len(now) < len(was):
        at = next((at for at, row_id in enumerate(was) if row_id not in now), 0)
        return now[min(max(at - 1, 0), len(now) - 1)] if now else ""
    differs = (row_id for at, row_id in enumerate(now) if at >= len(was) or was[at] != row_id)
    return next(differs, now[0] if now else "")


def _restore(sheet: Sheet, step: dict[str, Any]) -> str:
    """Put the rows of ``sheet`` back as ``step`` found them; the numbers of added rows that stay."""
    kind, present = sheet.kind, {row.row_id: row for row in sheet.rows}
    restored: list[Row] = []
    for row_id, level1, level2 in step["order"]:
        if row := present.get(row_id):
            sheet.regroup(row, (level1, level2))
            restored.append(row)
        elif row_id in step["removed"]:
            restored.append(sheet.new(step["removed"][row_id], row_id=row_id))
    known = {row.row_id for row in restored}
    staying = []
    for index, row in enumerate(sheet.rows):
        if row.row_id in known or step["added"].get(row.row_id) == kind.typed(row):
            continue
        above = sheet.rows[index - 1] if index else None
        restored.insert(restored.index(above) + 1 if above in restored else 0, row)
        staying.append(row)
    sheet.rows = restored
    return "、".join(str(restored.index(row) + 1) for row in staying)


def _known(declaration: Declaration, kind: TableKind, group: Group) -> None:
    if kind.is_grouped and group not in frame_groups(declaration.edition):
        raise RowRefused(f"这张表没有“{group_words(group) or '未分组'}”这一组。从表上已有的组里选一个。")


def _refuse_overflow(sheet: Sheet, more: int) -> None:
    have = len(sheet.rows)
    if have + more > ROW_LIMIT:
        raise RowRefused(f"一张表最多 {ROW_LIMIT} 行，现在有 {have} 行，放不下再加的 {more} 行。")
