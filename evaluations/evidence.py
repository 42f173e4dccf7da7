"""佐证材料: files that prove a row. Hostile until looked at; kept outside everything that is served.

A file is what its content says, not its name: the type is found in the first bytes (and, of office files, in the
archive's parts). Files leave only as attachments, through a view that starts at ``visible_to``.
"""

import hashlib
import io
import re
import uuid
import zipfile
from collections.abc import Mapping
from types import MappingProxyType

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile, File
from django.db import IntegrityError, transaction

from evaluations.models import Evaluation, Evidence
from evaluations.permissions import may_upload
from perfgoals.accounts.models import User
from perfgoals.audit.trail import record
from perfgoals.filling.editing import clean
from perfgoals.filling.places import is_row_id
from perfgoals.reviewing.returning import LOCKED, openness_of
from perfgoals.workflow import StateConflict

MOST = 50  # of one form
POINTER_LENGTH = 200
TYPES: Mapping[str, str] = MappingProxyType(
    {
        "pdf": "application/pdf",
        "jpg": "image/jpeg",
        "png": "image/png",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "ofd": "application/ofd",
    }
)
_ALIASES = {"jpeg": "jpg"}
_HEADS = {"pdf": b"%PDF-", "jpg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n"}
_PARTS = {"xlsx": "xl/workbook.xml", "docx": "word/document.xml", "ofd": "ofd.xml"}
_MOST_PARTS, _LARGEST_TOTAL, _LARGEST_RATIO = 5000, 400 * 2**20, 300
_WANTED = "PDF、图片（jpg、png）、Excel（xlsx）、Word（docx）或 OFD"


def keep_evidence(
    evaluation: Evaluation, upload: File[bytes], *, actor: User, row_id: str = "", pointer: str = ""
) -> Evidence:
    """Keep an uploaded file for a row, or for the whole form. The same file at the same row again changes its pointer.

    Raises ``PermissionDenied``, ``StateConflict`` when the form is not being filled in, or ``ValidationError`` (Chinese).
    """
    _may_change(evaluation, row_id, actor)
    name = clean_name(upload.name or "")
    content = _content(upload, name)
    where = _pointer(pointer)
    kind = kind_of(name, content)
    digest = hashlib.sha256(content).hexdigest()
    same = {"evaluation": evaluation, "row_id": row_id, "sha256": digest}
    there = Evidence.objects.filter(**same).first()
    if there is not None:
        Evidence.objects.filter(pk=there.pk).update(pointer=where)
        there.pointer = where
        return there
    if evaluation.evidence.count() >= MOST:
        raise ValidationError(f"一张表最多 {MOST} 个佐证材料，请先删去不用的，或合成一个 PDF。")
    kept = Evidence(
        **same, name=name, size=len(content), content_type=TYPES[kind], pointer=where, uploaded_by=actor
    )
    # A name of our own: what people call a file says nothing of where it may lie.
    kept.file.save(f"{evaluation.pk}/{uuid.uuid4().hex}.{kind}", ContentFile(content), save=False)
    try:
        with transaction.atomic():
            kept.save()
            record(
                actor=actor,
                action="evidence_add",
                subject=evaluation,
                from_state=evaluation.state,
                to_state=evaluation.state,
                changes={"file": name, "sha256": digest, "path": f"indicators.{row_id}" if row_id else ""},
            )
    except IntegrityError:
        # A second click was faster; its file is the same.
        kept.file.delete(save=False)
        return Evidence.objects.get(**same)
    except Exception:
        kept.file.delete(save=False)
        raise
    return kept


def remove_evidence(evidence: Evidence, *, actor: User) -> None:
    """Take a file away, from the form and from the disk. Raises ``PermissionDenied`` or ``StateConflict``."""
    evaluation = evidence.evaluation
    _may_change(evaluation, evidence.row_id, actor)
    storage, stored = evidence.file.storage, str(evidence.file.name)
    with transaction.atomic():
        gone, _ = Evidence.objects.filter(pk=evidence.pk).delete()
        if not gone:
            return
        record(
            actor=actor,
            action="evidence_remove",
            subject=evaluation,
            from_state=evaluation.state,
            to_state=evaluation.state,
            changes={"file": evidence.name, "sha256": evidence.sha256},
        )
        transaction.on_commit(lambda: storage.delete(stored))


def clean_name(name: str) -> str:
    """The name as it is shown and given back: no folders, no invisible or forbidden characters, not too long."""
    last = re.split(r"[\\/]", clean(name, single_line=True))[-1]
    plain = re.sub(r'[:*?"<>|\x00-\x1f]', "_", last).strip(". ") or "佐证材料"
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[: 190 - len(ending)]}.{ending}" if dot and len(ending) <= 10 else plain[:200]


def kind_of(name: str, content: bytes) -> str:
    """The key in ``TYPES`` that name and content agree on. Raises ``ValidationError``."""
    ending = name.rpartition(".")[2].lower()
    ending = _ALIASES.get(ending, ending)
    if ending not in TYPES:
        raise ValidationError(f"“{name}”的类型不能上传。请用 {_WANTED}。")
    if head := _HEADS.get(ending):
        if not content.startswith(head):
            raise ValidationError(f"“{name}”的内容不是 {ending.upper()}，请用原来的程序另存后再上传。")
        return ending
    _check_archive(name, ending, content)
    return ending


def _check_archive(name: str, ending: str, content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise ValidationError(f"“{name}”已损坏，或不是 {ending.upper()} 文件。") from error
    names = [part.filename.lower() for part in parts]
    if _PARTS[ending] not in names:
        raise ValidationError(f"“{name}”的内容不是 {ending.upper()}，请用原来的程序另存后再上传。")
    if any("vbaproject" in part or "macrosheets/" in part for part in names):
        raise ValidationError(f"“{name}”里有宏，不能上传。请另存为不带宏的文件。")
    total, packed = sum(p.file_size for p in parts), sum(p.compress_size for p in parts) or 1
    if len(parts) > _MOST_PARTS or total > _LARGEST_TOTAL or total / packed > _LARGEST_RATIO:
        raise ValidationError(f"“{name}”展开后太大，不能上传。")


def _content(upload: File[bytes], name: str) -> bytes:
    most = settings.EVIDENCE_MEGABYTES * 2**20
    content: bytes = upload.read(most + 1)
    if not content:
        raise ValidationError(f"“{name}”是空的。")
    if len(content) > most:
        raise ValidationError(f"“{name}”超过 {settings.EVIDENCE_MEGABYTES} MB，请压缩或拆开后再上传。")
    return content


def _pointer(text: str) -> str:
    where = clean(text, single_line=True).strip()
    if len(where) > POINTER_LENGTH:
        raise ValidationError(f"位置写了 {len(where)} 字，最多 {POINTER_LENGTH} 字。例：第 3 页，Sheet1!B4。")
    return where


def _may_change(evaluation: Evaluation, row_id: str, actor: User) -> None:
    if not may_upload(actor, evaluation):
        if evaluation.is_editable:
            raise PermissionDenied
        raise StateConflict
    if row_id and not (is_row_id(row_id) and evaluation.indicators.filter(row_id=row_id).exists()):
        raise ValidationError("表上没有这一行。")
    if not openness_of(evaluation).allows(
        f"indicators.{row_id}" if row_id else "indicators", evaluation.edition
    ):
        raise ValidationError(LOCKED)
