"""Importing this module registers every rule; a new subject is added here."""

from declarations.checkup import (
    carried_over,
    classes,
    dates,
    frame,
    history,
    money,
    phrases,
    printing,
    required,
    rows,
    targets,
    texts,
    units,
    vocabulary,
    weights,
)

SUBJECTS = (
    required, vocabulary, dates, money, texts, printing, frame, rows, targets, units, phrases, classes, weights, history,
    carried_over,
)  # fmt: skip
