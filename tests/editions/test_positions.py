"""The line of every value of a TOML text."""

import tomllib

import pytest

from perfgoals.editions.loader import FOLDER
from perfgoals.editions.positions import lines_of, nearest_line

SAMPLE = (
    """\
# a comment with [brackets] and = signs
id = "x" # = "y"
"quoted.key" = 1
dotted.inner."deep key" = 'it"""
    + "'"
    + '''

[table]
text = """
[[not.a.table]]
key = "not a key"
"""
literal = \'\'\'
also = not
\'\'\'
list = [ # first
    1,
    { name = "a", size = [2, 3] },
    ["]", '#'],
]

[[rows]]
name = "one"
[rows.good]
text = "\\"quoted\\" # no comment"
[[rows.parts]]
n = 1
[[rows.parts]]
n = 2

[[rows]]
name = "two"
[[rows.parts]]
n = 3
'''
)


def every_path(value, path=()):
    """All paths that ``tomllib`` sees."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        yield (*path, key)
        if isinstance(item, dict | list):
            yield from every_path(item, (*path, key))


def test_lines_of_a_text_with_every_construct():
    lines = lines_of(SAMPLE)
    rows = SAMPLE.splitlines()
    for path, start in {
        ("id",): "id =",
        ("quoted.key",): '"quoted.key"',
        ("dotted", "inner", "deep key"): "dotted",
        ("table",): "[table]",
        ("table", "text"): "text = ",
        ("table", "literal"): "literal",
        ("table", "list"): "list =",
        ("table", "list", 0): "    1,",
        ("table", "list", 1, "size", 1): "    { name",
        ("table", "list", 2): '    ["]"',
        ("rows", 0, "name"): 'name = "one"',
        ("rows", 0, "good", "text"): 'text = "\\"quoted',
        ("rows", 0, "parts", 1, "n"): "n = 2",
        ("rows", 1, "name"): 'name = "two"',
        ("rows", 1, "parts", 0, "n"): "n = 3",
    }.items():
        assert rows[lines[path] - 1].startswith(start), path


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_every_value_of_a_shipped_edition_has_its_own_line(path):
    text = path.read_text("utf-8")
    lines, rows = lines_of(text), text.splitlines()
    for found in every_path(tomllib.loads(text)):
        line = nearest_line(lines, found)
        last = found[-1]
        if isinstance(last, str) and found in lines:
            assert last in rows[line - 1], (found, line)


def test_what_does_not_exist_is_at_the_thing_around_it():
    lines = lines_of(SAMPLE)
    assert nearest_line(lines, ("rows", 1, "missing")) == lines[("rows", 1)]
    assert nearest_line(lines, ("nothing", "at", "all")) == 1
