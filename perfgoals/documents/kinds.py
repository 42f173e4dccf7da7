"""The kinds of documents that become paper, and how one is told from its JSON."""

import json

from perfgoals.documents.canonical import BadDocument
from perfgoals.documents.declaration import DeclarationDocument
from perfgoals.documents.evaluation import EvaluationDocument
from perfgoals.documents.monitoring import MonitoringDocument

Document = DeclarationDocument | EvaluationDocument | MonitoringDocument


def read_document(text: str | bytes) -> Document:
    """A canonical document of any kind. Raises ``BadDocument``."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadDocument("不是有效的 JSON 文件。") from error
    schema = data.get("schema") if isinstance(data, dict) else ""
    if schema == EvaluationDocument.schema:
        return EvaluationDocument.from_dict(data)
    if schema == MonitoringDocument.schema:
        return MonitoringDocument.from_dict(data)
    return DeclarationDocument.from_dict(data)


def unit_of(document: Document) -> str:
    """The unit that speaks."""
    return document.declaring_unit if isinstance(document, DeclarationDocument) else document.budget_unit
