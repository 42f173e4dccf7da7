"""The reviewer's page: the form as printed, what is to be said about it beside it, and what becomes of it.

``earlier`` finds what a form is compared with, ``comparing`` and ``money`` compare, ``margin`` sets everything beside the
paper, ``returning`` and ``suggesting`` keep what reviewers write, ``deciding`` passes, approves and returns.
"""
