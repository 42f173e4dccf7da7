"""What people type into a search box, made safe to ask any database for."""

LONGEST = 100  # characters; SQLite refuses patterns of 50,000 bytes
MOST_WORDS = 6  # each word is a condition; SQLite refuses a thousand of them


def plain(text: str) -> str:
    """``text`` as a condition: without NUL, which PostgreSQL refuses even as a parameter, and no longer than a name."""
    return text.replace("\0", "").strip()[:LONGEST]


def words(text: str) -> list[str]:
    """The words to look for, a handful at most."""
    return plain(text).split()[:MOST_WORDS]
