"""Filling in a form, whatever is filled in: steps, saving field by field, conflicts, and what stands around a field.

A kind of filing (declarations, self-evaluations, monitoring reports) gives its data, ``FilledFiling``, and what only it
knows; everything in here works with that. What to give and what comes of it: ``docs/decisions/0020-one-way-of-filling-in.md``.
"""
