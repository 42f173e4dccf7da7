"""待审核: whose turn a form is, in which order they are read, and passing or returning many at once."""
