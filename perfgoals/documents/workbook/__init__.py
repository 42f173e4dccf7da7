"""The official form as an Excel workbook that can be filled offline and read back.

``make_workbook(document, edition)`` draws the form; ``read_workbook(data)`` reads ours back into a document or raises
``Unreadable`` with sheet, cell and a Chinese message. ``read_workbook(make_workbook(d, e)) == d``.
"""

from perfgoals.documents.workbook.guard import Unreadable
from perfgoals.documents.workbook.reading import read_workbook
from perfgoals.documents.workbook.writing import make_workbook

__all__ = ["Unreadable", "make_workbook", "read_workbook"]
