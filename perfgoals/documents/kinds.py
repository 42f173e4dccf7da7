"""The kinds of documents that become paper, and how one is told from its JSON."""

import json

from perfgoals.documents.declaration import BadDocument, DeclarationDocument
from perfgoals.documents.evaluation import SCHEMA as EVALUATION_SCHEMA
from perfgoals.documents.evaluation import EvaluationDocument

Document = DeclarationDocument | EvaluationDocument


def read_document(text: str | bytes) -> Document:
    """A canonical document of either kind. Raises ``BadDocument``."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadDocument("不是有效的 JSON 文件。") from error
    if isinstance(data, dict) and data.get("schema") == EVALUATION_SCHEMA:
        return EvaluationDocument.from_dict(data)
    return DeclarationDocument.from_dict(data)


def unit_of(document: Document) -> str:
    """The unit that speaks."""
    return document.budget_unit if isinstance(document, EvaluationDocument) else document.declaring_unit
