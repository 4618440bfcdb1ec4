"""YAML of a file: what it may hold, and how much of it."""

from __future__ import annotations

import re

import pytest

from coopnb.errors import RecipeError
from coopnb.model.origin import Origin, key_path_text
from coopnb.recipe.document import MAX_BYTES, read_document
from coopnb.recipe.node import nearest, plain


def document(text: str) -> object:
    """The plain values of a document."""
    return plain(read_document(text.encode(), "compose.yml")[0])


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: [1, 2\nb: 3\n", 2, "not readable as YAML"),
        ("a:\n\t- x\n", 2, "not readable as YAML"),
        ("a: b: c\n", 1, "not readable as YAML"),
        ("a: 1\nb: 2\na: 3\n", 3, "'a' stands twice"),
        ("a:\n  b: 1\n  b: 2\n", 3, "'b' stands twice"),
        ("a: *nowhere\n", 1, "&nowhere is not defined"),
        ("80: x\n", 1, "must be text"),
        ("true: x\n", 1, "must be text"),
        ("? [a]\n: x\n", 1, "must be text"),
        ("- a\n", 1, "no mapping"),
        ("", 1, "no mapping"),
        ("just words\n", 1, "no mapping"),
        ("!mine a: x\n", 1, "must be text"),
        ("a: !!binary '%'\n", 1, "base64"),
        ("%YAML 1.2\n---\na: x\n", 1, "1.1 only"),
        ("a: !!int x\n", 1, "!!int"),
        ("x:\n  <<: 3\n", 2, "<<"),
    ],
)
def test_what_is_no_compose_file_is_refused_at_its_line(text: str, line: int, words: str) -> None:
    """An unreadable document must be refused with its file, its line and a reason."""
    with pytest.raises(RecipeError, match=words.replace("<<", "<<:")) as caught:
        document(text)
    assert re.fullmatch(f"compose.yml:{line}:[1-9][0-9]*", caught.value.where or "")


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 200_000,
        "a: " + "{b: " * 5_000 + "x" + "}" * 5_000,
        "\n".join(
            ["l0: &l0 [x, x, x, x, x, x, x, x, x, x]"]
            + [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 10)]
        ),
        "a: &a\n  b: *a\n",
        "a: &a\n  <<: *a\n",
        "a: &a [*a]\n",
        "a: [" + "x, " * 60_000 + "x]",
        "a: " + "x" * (MAX_BYTES + 1),
        f"a: &a {'x' * 100_000}\nb: [{', '.join(['*a'] * 50)}]",
    ],
    ids=["list", "mapping", "alias bomb", "own alias", "own merge", "own item", "long list", "large", "long texts"],
)
def test_what_nests_or_multiplies_without_end_is_refused(text: str) -> None:
    """A hostile file must be refused, not crash the process or eat its memory."""
    with pytest.raises(RecipeError):
        document(text)


def test_bytes_that_are_no_text_are_refused_at_their_line() -> None:
    """A file that is not UTF-8 must be refused with the line of the first wrong byte."""
    with pytest.raises(RecipeError, match="not UTF-8") as caught:
        read_document(b"a: b\nc: \xff\n", "compose.yml")
    assert caught.value.where == "compose.yml:2:4"


def test_merge_keys_and_aliases_are_resolved() -> None:
    """``<<`` must give what the mapping itself does not say, the first of a list winning."""
    text = "x-a: &a {k: 1, l: 2}\nx-b: &b {l: 3, m: 4}\nc: {<<: [*a, *b], k: 5}\nd: *a\n"
    read = document(text)
    assert isinstance(read, dict)
    assert read["c"] == {"k": 5, "l": 2, "m": 4}
    assert read["d"] == {"k": 1, "l": 2}


def test_every_value_knows_its_line() -> None:
    """A value's origin must be the line of its key, an item's its own line."""
    root, _ = read_document(b"a:\n  b:\n    - x\n    - y\n  c: |\n    text\n", "compose.yml")
    assert nearest(root, ("a", "b")).origin == Origin("compose.yml", 2)
    assert nearest(root, ("a", "b", 1)).origin == Origin("compose.yml", 4)
    assert nearest(root, ("a", "c")).origin == Origin("compose.yml", 5)


def test_only_the_first_document_is_read_and_that_is_said() -> None:
    """A second document must be told in a warning, because docker drops it in silence."""
    root, findings = read_document(b"a: 1\n---\nb: 2\n", "compose.yml")
    assert plain(root) == {"a": 1}
    assert [(each.severity, each.rule, str(each.origin)) for each in findings] == [
        ("warning", "only-the-first-document", "compose.yml:2")
    ]


def test_a_byte_order_mark_is_no_part_of_the_file() -> None:
    """A file that begins with a byte order mark must be read like any other."""
    assert document("\ufeffa: 1\n") == {"a": 1}


def test_a_tag_of_nobodys_says_nothing() -> None:
    """What stands behind an unknown tag must be the text as it stands, a mapping or a list unchanged, as in Go."""
    assert document("a: !reset null\nb: !!python/name:os.system x\nc: !mine {d: 1}\ne: ! 5\n") == {
        "a": "null",
        "b": "x",
        "c": {"d": 1},
        "e": 5,
    }


def test_an_error_tells_its_column() -> None:
    """What is wrong must be found by line and column, the column of its key."""
    with pytest.raises(RecipeError) as caught:
        document("a:\n    b: x\n    b: y\n")
    assert caught.value.where == "compose.yml:3:5"


def test_a_key_may_hold_anything_and_is_shown_as_an_escape() -> None:
    """A label's name is free to hold what a terminal would obey; a path that is shown must not."""
    assert document('"a\\e[2J": x\n') == {"a\x1b[2J": "x"}
    assert key_path_text(("services", "a\x1b[2J")) == r"services.a\x1b[2J"
