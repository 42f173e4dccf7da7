"""The reviewers' side of self-evaluations: what waits, in which order, and the page on which one is judged."""
