"""移交: what somebody leaves open, and giving it to a colleague of the same role and unit (F16, F117)."""
