"""What was opened from approved targets: while there is any, the approval can no longer be taken back.

Imports run one way, so whoever opens forms from a declaration says how to ask for them (``register``, in its
``AppConfig.ready``).
"""

from collections.abc import Callable

from declarations.models import Declaration

# Answers why the approval stands (“单位已经从它建了自评表，撤不了”), or "".
Question = Callable[[Declaration], str]

_questions: list[Question] = []


def register(question: Question) -> None:
    if question not in _questions:
        _questions.append(question)


def why(declaration: Declaration) -> str:
    """The first reason why the approval of these targets stands; "" without any."""
    return next((words for ask in _questions if (words := ask(declaration))), "")
