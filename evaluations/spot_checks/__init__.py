"""抽查复核: a sample of self-evaluations is drawn by risk, looked at again, and what came of it told to the unit."""
