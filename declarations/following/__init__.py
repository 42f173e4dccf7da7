"""What follows an approved declaration: forms of other kinds that are opened with a copy of its targets.

Self-evaluations and monitoring reports. A kind derives from ``Following`` (``kind.py``) and says what only it knows;
opening one form or a unit's, fetching the targets again, a season in one job and the rights to all this are here once.
"""
