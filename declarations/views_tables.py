"""Row operations of the two tables, the panels that bring rows, and the library page.

With the grid's script an operation answers the table alone (header ``X-Part``), without script it leads back to the
step. Either way the form's own button posts the typed cells along, and they are saved before rows change.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from declarations import library
from declarations.models import Declaration, LibraryIndicator
from declarations.permissions import may_start
from declarations.tables import INDICATORS, TABLES, TableKind, acts, indicator_table, sub_project_table
from declarations.tables.guessing import Guesser
from declarations.tables.kinds import Group, frame_groups, group_words
from declarations.tables.pasting import Paste, read_paste
from perfgoals.accounts.sessions import SignedInRequest
from perfgoals.filling.beside import Beside
from perfgoals.filling.editing import marks_of, save_fields
from perfgoals.filling.permissions import may_edit, may_fill
from perfgoals.filling.posting import posted_changes
from perfgoals.searching import plain
from perfgoals.workflow import StateConflict

PAGE_ROWS = 50
SOURCES = {"defaults": "共性指标", "library": "指标库", "last_year": "上年的表"}
SENT = "这张表已经不能改行了。要改：还在审核的先撤回或请审核人退回，已批复的用目标调整。"


@require_http_methods(["GET", "POST"])
def row(request: SignedInRequest, pk: int, table: str, operation: str) -> HttpResponse:
    """One operation on one table: GET shows a panel or the table, POST changes rows."""
    visible = Declaration.objects.visible_to(request.user).select_related("project", "organization", "campaign")
    declaration = get_object_or_404(visible, pk=pk)
    kind = TABLES.get(table)
    known = PANELS if request.method == "GET" else ACTS | {"paste": None}
    if kind is None or operation not in known or table not in declaration.edition.fields:
        raise Http404
    if not may_fill(request.user, declaration):
        raise PermissionDenied
    if not declaration.is_editable:
        return _refused(request, declaration, kind, SENT, 409)
    if request.method == "GET" or operation == "paste":
        return PANELS[operation](request, declaration, kind)
    return _act(request, declaration, kind, ACTS[operation])


Act = Callable[[HttpRequest, Declaration, TableKind], acts.Done]


def _act(request: SignedInRequest, declaration: Declaration, kind: TableKind, act: Act) -> HttpResponse:
    try:
        if not _is_part(request):
            _save_typed(request, declaration)
        done = act(request, declaration, kind)
    except StateConflict:
        return _refused(request, declaration, kind, SENT, 409)
    except acts.NothingToDo as idle:
        done = acts.Done(str(idle).removesuffix("。"), request.POST.get("row", ""))
    except acts.RowGone as gone:
        return _refused(request, declaration, kind, str(gone), 409)
    except acts.RowRefused as refused:
        return _refused(request, declaration, kind, str(refused), 422)
    if _is_part(request):
        return _table(request, declaration, kind, said=done.said, focus=done.row_id)
    messages.success(request, f"{done.said}。")
    return redirect(_step(declaration, kind, done.row_id))


def _save_typed(request: SignedInRequest, declaration: Declaration) -> None:
    """Without script the whole page was posted: what was typed on it is saved before rows change."""
    outcome = save_fields(declaration, posted_changes(request.POST), actor=request.user)
    lost = [*(one.yours for one in outcome.conflicts), *(one.value for one in outcome.refused)]
    if lost:
        texts = "；".join(lost)
        raise acts.RowRefused(
            f"有 {len(lost)} 处没有保存：同事改过，或者写得太长。表没有改动。您写的是：{texts[:2000]}"
        )


def _refused(
    request: SignedInRequest, declaration: Declaration, kind: TableKind, message: str, status: int
) -> HttpResponse:
    """Say what was refused, beside the table as it stands now. Nothing was changed."""
    if _is_part(request):
        focus = request.POST.get("row", "")
        return _table(request, declaration, kind, refused=message, focus=focus, status=status)
    context = {"declaration": declaration, "notice": message, "back": _step(declaration, kind), "nav": "list"}
    return render(request, "declarations/row_panel.html", context, status=status)


def _is_part(request: SignedInRequest) -> bool:
    return request.headers.get("X-Part") == "1"


def _step(declaration: Declaration, kind: TableKind, row_id: str = "") -> str:
    section = declaration.edition.section_for_path(kind.key).key
    anchor = f"#f-{kind.key}-{row_id}-name" if row_id else f"#{kind.key}"
    return reverse("declarations:step", args=[declaration.pk, section]) + anchor


def table_context(
    request: SignedInRequest,
    declaration: Declaration,
    kind: TableKind,
    marks: Any = None,
    findings: Any = (),
    around: Beside | None = None,
) -> dict[str, Any]:
    """What the table's template needs, for the step page and for a row operation alike."""
    marks = marks_of(declaration) if marks is None else marks
    is_editable = may_edit(request.user, declaration)
    if kind is INDICATORS:
        shown = request.POST.getlist("open") or request.GET.getlist("open")
        table: Any = indicator_table(
            declaration, marks, findings, open_cards=set(shown), is_editable=is_editable
        )
    else:
        table = sub_project_table(declaration, marks, findings, is_editable=is_editable)
    return {
        "declaration": declaration,
        "filing": declaration,
        "template": f"declarations/includes/{kind.key[:-1]}_table.html",
        "edition": declaration.edition,
        "table": table,
        "beside": around or Beside(declaration, request.user),
        "back": _step(declaration, kind).partition("#")[0],
    }


def _table(
    request: SignedInRequest, declaration: Declaration, kind: TableKind, *, status: int = 200, **answer: str
) -> HttpResponse:
    context = table_context(request, declaration, kind) | answer
    return render(request, context["template"], context, status=status)


# Acts: from what was posted to the keyword arguments of the act --------------------------------------------------------


def _number(text: str) -> int | None:
    """A plain number from a form, or None; nothing that only looks like one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def _group(declaration: Declaration, text: str) -> Group:
    """The group with this number on the form; an unknown one is refused by the act."""
    groups, number = frame_groups(declaration.edition), _number(text)
    return groups[number] if number is not None and number < len(groups) else ("", "")


def _add(request: SignedInRequest, declaration: Declaration, kind: TableKind) -> acts.Done:
    below = request.POST.get("below", "")
    group = _group(declaration, request.POST.get("group", "")) if kind.is_grouped else ("", "")
    return acts.add_row(declaration, kind, actor=request.user, group=group, below=below)


def _delete(request: SignedInRequest, declaration: Declaration, kind: TableKind) -> acts.Done:
    return acts.delete_row(declaration, kind, request.POST.get("row", ""), actor=request.user)


def _duplicate(request: SignedInRequest, declaration: Declaration, kind: TableKind) -> acts.Done:
    return acts.duplicate_row(declaration, kind, request.POST.get("row", ""), actor=request.user)


def _up(request: SignedInRequest, declaration: Declaration, kind: TableKind) -> acts.Done:
    return acts.move_row(declaration, kind, request.POST.get("row", ""), step=-1, actor=request.user)


def _down(request: SignedInRequest, declaration: Declaration, kind: TableKind) -> acts.Done:
    return acts.move_row(declaration, kind, request.POST.get("row", ""), step=1, actor=request.user)


def _place(request: SignedInRequest, declaration: Declaration, kind: TableKind) -> acts.Done:
    near, after = request.POST.get("near", ""), request.POST.get("side") == "after"
    row_id = request.POST.get("row", "")
    return acts.place_row(declaration, kind, row_id, near=near, after=after, actor=request.user)


def _regroup(request: SignedInRequest, declaration: Declaration, kind: TableKind) -> acts.Done:
    group = _group(declaration, request.POST.get("group", ""))
    return acts.regroup_row(declaration, kind, request.POST.get("row", ""), group=group, actor=request.user)


def _undo(request: SignedInRequest, declaration: Declaration, kind: TableKind) -> acts.Done:
    step = _number(request.POST.get("step", ""))
    if step is None:
        raise acts.NothingToDo("没有可以撤销的步骤。")
    return acts.undo(declaration, kind, step=step, actor=request.user)


def _put(request: SignedInRequest, declaration: Declaration, kind: TableKind) -> acts.Done:
    paste = _read_paste(request, declaration, kind)
    if paste.refusal:
        raise acts.RowRefused(paste.refusal)
    lines = paste.possible if request.POST.get("which") == "all" else paste.ready
    drafts = [line.draft(kind) for line in lines]
    return acts.insert_rows(declaration, kind, drafts, label=f"粘贴 {len(drafts)} 行", actor=request.user)


def _bring(request: SignedInRequest, declaration: Declaration, kind: TableKind) -> acts.Done:
    source = request.POST.get("source", "")
    if source not in SOURCES or kind is not INDICATORS:
        raise acts.RowRefused("没有这种来源。")
    picked = request.POST.getlist("pick")
    chosen = {
        key: _group(declaration, number) for key in picked if (number := request.POST.get(f"group-{key}"))
    }
    return library.take(declaration, source, picked, actor=request.user, chosen=chosen)


ACTS: dict[str, Any] = {
    "add": _add,
    "delete": _delete,
    "duplicate": _duplicate,
    "up": _up,
    "down": _down,
    "place": _place,
    "regroup": _regroup,
    "undo": _undo,
    "put": _put,
    "bring": _bring,
}


# Panels ----------------------------------------------------------------------------------------------------------------


def _panel(
    request: SignedInRequest, declaration: Declaration, kind: TableKind, name: str, context: dict[str, Any]
) -> HttpResponse:
    """A panel beside the table, or a page of its own where there is no script."""
    context |= {
        "declaration": declaration,
        "edition": declaration.edition,
        "kind": kind,
        "panel": f"declarations/includes/{name}.html",
        "back": _step(declaration, kind),
        "nav": "list",
    }
    return render(request, context["panel"] if _is_part(request) else "declarations/row_panel.html", context)


def _show_table(request: SignedInRequest, declaration: Declaration, kind: TableKind) -> HttpResponse:
    if not _is_part(request):
        return redirect(_step(declaration, kind))
    return _table(request, declaration, kind)


def _group_choices(declaration: Declaration) -> list[tuple[int, str, Group]]:
    """The groups of the form for a menu: number, words, and the group itself to compare with."""
    groups = enumerate(frame_groups(declaration.edition))
    return [(number, group_words(group), group) for number, group in groups]


def _paste_panel(request: SignedInRequest, declaration: Declaration, kind: TableKind) -> HttpResponse:
    paste = _read_paste(request, declaration, kind) if request.method == "POST" else Paste()
    context = {
        "paste": paste,
        "text": request.POST.get("text", ""),
        "here": request.POST.get("here", ""),
        "column": request.POST.get("column", ""),
        "groups": _group_choices(declaration) if kind.is_grouped else [],
    }
    return _panel(request, declaration, kind, "paste_panel", context)


def _read_paste(request: SignedInRequest, declaration: Declaration, kind: TableKind) -> Paste:
    """The posted clipboard as it would be put in, with the groups the person has picked."""
    text, edition = request.POST.get("text", ""), declaration.edition
    rows = list(kind.model.objects.filter(declaration=declaration))
    present: dict[str, int] = {}
    for number, existing in enumerate(rows, 1):
        present.setdefault(existing.name, number)
    present.pop("", None)
    here = next((kind.group_of(r) for r in rows if r.row_id == request.POST.get("here")), None)
    numbers = {_number(key[6:]): request.POST.get(key, "") for key in request.POST if key.startswith("group-")}
    chosen = {
        number: _group(declaration, value) for number, value in numbers.items() if number is not None and value
    }
    usual = library.usual_groups(declaration, _cells_of(text)) if kind.is_grouped else {}
    guesser = Guesser(edition, usual, here)
    return read_paste(
        text,
        kind,
        edition,
        present=present,
        guesser=guesser,
        chosen=chosen,
        column=request.POST.get("column", ""),
    )


def _cells_of(text: str) -> list[str]:
    """Whatever might be a name in the clipboard; the library is asked for them in one query."""
    cells = {
        cell.strip()
        for cell in text[:200_000].replace("\0", "").replace("\n", "\t").replace("\r", "\t").split("\t")
    }
    return [cell for cell in cells if 1 < len(cell) <= 300][:800]


def _offers_panel(request: SignedInRequest, declaration: Declaration, kind: TableKind) -> HttpResponse:
    source = request.resolver_match.kwargs["operation"]
    if kind is not INDICATORS:
        raise Http404
    query, chosen = request.GET.get("q", "")[:100], request.GET.get("group", "")
    context: dict[str, Any] = {"source": source, "source_name": SOURCES[source], "query": query}
    if source == "defaults":
        offers = library.default_offers(declaration)
    elif source == "last_year":
        last = library.last_declaration(declaration)
        offers = library.last_year_offers(declaration, last) if last else []
        context["last"] = last
    else:
        group = _group(declaration, chosen) if chosen else None
        offers, context["total"] = library.library_offers(declaration, query=query, group=group)
        context["group"] = chosen
    context["groups"] = _group_choices(declaration)
    context["offers"] = offers
    return _panel(request, declaration, kind, "library_panel", context)


def _regroup_panel(request: SignedInRequest, declaration: Declaration, kind: TableKind) -> HttpResponse:
    indicators = list(declaration.indicators.all()) if kind is INDICATORS else []
    row_id = request.GET.get("row", "")
    for number, indicator in enumerate(indicators, 1):
        if indicator.row_id == row_id:
            own = kind.group_of(indicator)
            groups = [(at, words, group == own) for at, words, group in _group_choices(declaration)]
            context = {"row": indicator, "number": number, "groups": groups}
            return _panel(request, declaration, kind, "regroup_panel", context)
    raise Http404


PANELS: dict[str, Any] = {
    "table": _show_table,
    "paste": _paste_panel,
    "defaults": _offers_panel,
    "library": _offers_panel,
    "last_year": _offers_panel,
    "regroup": _regroup_panel,
}


@require_GET
def library_page(request: SignedInRequest) -> HttpResponse:
    """指标库: every entry with its good and bad target and where it comes from."""
    if request.user.is_keeper:
        raise PermissionDenied
    query, level1, level2 = (plain(request.GET.get(key, "")) for key in ("q", "level1", "level2"))
    entries = library.search(query)
    if level1:
        entries = entries.filter(level1=level1)
    if level2:
        entries = entries.filter(level2=level2)
    active = LibraryIndicator.objects.filter(is_active=True).order_by()
    named = active.filter(level1=level1) if level1 else active
    level2s = named.order_by("level2").values_list("level2", flat=True)
    context = {
        "page": Paginator(library.in_form_order(entries), PAGE_ROWS).get_page(request.GET.get("page")),
        "in_all": active.count(),
        "may_fill": may_start(request.user),
        "query": query,
        "level1": level1,
        "level2": level2,
        "level1s": list(active.order_by("level1").values_list("level1", flat=True).distinct()),
        "level2s": [word for word in level2s.distinct() if word],
        "nav": "library",
    }
    return render(request, "declarations/library.html", context)
