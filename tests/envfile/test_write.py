"""Writing one value back."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coopnb.envfile import missing, parse, set_value, write
from coopnb.errors import SettingsError

names = st.sampled_from(["A", "B", "TYPE", "COMPOSE_FILE"])
characters = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
any_value = st.text(characters, max_size=20) | st.text("aA$\\'\"# \t\n\r={}`", max_size=12)
plain = st.text("abcXYZ019_./:@%+,=-", max_size=8)
inside = plain | st.sampled_from(["a b", "a#b", "$A", "${B}:x", "*", "$", "`a`"])
a_value = st.one_of(
    inside,
    inside.map(lambda body: f"'{body}'"),
    inside.map(lambda body: f'"{body}"'),
    st.sampled_from(['"a\\"b"', '"two\nlines"', "'two\nlines'", '"\\$A"']),
)
a_line = st.one_of(
    st.builds(lambda lead, name, gap, value, tail: f"{lead}{name}={gap}{value}{tail}",
              st.sampled_from(["", " ", "export "]), names, st.sampled_from(["", " "]), a_value,
              st.sampled_from(["", " ", " # length=32", "\t# note"])),
    st.sampled_from(["", "  ", "# prose", "## head", "#A=1", "# B='x' # on"]),
)  # fmt: skip


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Draw a text of settings, comments and blank lines, with either line end, with or without the last one."""
    text = "".join(line + draw(st.sampled_from(["\n", "\r\n"])) for line in draw(st.lists(a_line, max_size=6)))
    return draw(st.sampled_from(["", "\ufeff"])) + (text.rstrip("\r\n") if draw(st.booleans()) else text)


@given(texts(), names, any_value)
def test_a_value_reads_back(text: str, name: str, value: str) -> None:
    """Any value must read back as itself, whatever it holds and wherever it is written."""
    assert parse(set_value(text, name, value), "app.env").values[name] == value


@given(texts(), a_value, st.sampled_from(["", " ", " # length=32", "\t# it's"]), texts(), any_value)
def test_only_the_value_is_written(head: str, old: str, tail: str, rest: str, value: str) -> None:
    """Every byte before and behind the value must stay, comments and line ends included."""
    head = head.rstrip("\r\n") + "\n" if head.removeprefix("\ufeff") else head
    rest = "\r\n" + rest.removeprefix("\ufeff")

    changed = set_value(f"{head}X={old}{tail}{rest}", "X", value)

    assert changed.startswith(f"{head}X=") and changed.endswith(tail + rest)


@given(texts(), any_value)
def test_a_new_setting_is_appended(text: str, value: str) -> None:
    """A setting that is not there must be added behind the text, on a line of its own."""
    changed = set_value(text, "X", value)

    assert changed.startswith(text)
    assert changed[len(text) :].lstrip("\r\n").startswith("X=")


@given(texts(), names, any_value)
def test_writing_twice_is_writing_once(text: str, name: str, value: str) -> None:
    """Writing a value that is there already must change nothing at all."""
    changed = set_value(text, name, value)

    assert set_value(changed, name, value) == changed


@given(texts())
def test_writing_what_is_there_keeps_every_byte(text: str) -> None:
    """Writing back each value that was read must give the text byte for byte."""
    for name, value in parse(text, "app.env").values.items():
        assert set_value(text, name, value) == text


@given(texts(), names, any_value)
def test_the_old_value_can_be_written_back(text: str, name: str, value: str) -> None:
    """A change and its undoing must leave every other setting as it was."""
    before = parse(text, "app.env")
    if name not in before.values:
        return

    undone = parse(set_value(set_value(text, name, value), name, before.values[name]), "app.env")

    assert undone.values == before.values
    assert [setting.notes for setting in undone.settings] == [setting.notes for setting in before.settings]


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("X=1\n", "2", "X=2\n"),
        ("X=1", "2", "X=2"),
        ("X='1'\r\nB=2\r\n", "2", "X='2'\r\nB=2\r\n"),
        ('  X = "1"   # length=32\n', "2", '  X = "2"   # length=32\n'),
        ("X= # set me\n", "2", "X=2 # set me\n"),
        ("X=1 # set me\n", "", "X= # set me\n"),
        ("X=1\n", "a b", "X='a b'\n"),
        ("X=1\n", "it's $5", 'X="it\'s \\$5"\n'),
        ("X='1'\n", "it's", 'X="it\'s"\n'),
        ('X="1"\n', "$A\n", 'X="\\$A\\n"\n'),
        ("X=1\nX=2\nY=$X\n", "3", "X=1\nX=3\nY=$X\n"),
        ("#X=1\n", "2", "#X=1\nX=2\n"),
        ("A=1", "2", "A=1\nX=2"),
        ("A=1\r\n", "2", "A=1\r\nX=2\r\n"),
        ("", "2", "X=2\n"),
        ("\ufeffX=1\r\n", "2", "\ufeffX=2\r\n"),
        ('C=a\nX="a"\nX="$X:b"\n', "a:b", 'C=a\nX="a"\nX="$X:b"\n'),
    ],
)
def test_the_style_of_the_file_is_kept(text: str, value: str, expected: str) -> None:
    """Quotes, comments, line ends and a missing last one must stay; a new style is taken only when it must be."""
    assert set_value(text, "X", value) == expected


def test_what_cannot_be_written_is_refused() -> None:
    """A name that is none, a NUL, and a text that does not parse must be refused."""
    for text, name, value in (("", "A B", "1"), ("", "A=1\nB", "1"), ("", "A", "\0"), ("A='", "A", "1")):
        with pytest.raises(SettingsError):
            set_value(text, name, value)


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    """Writing must keep the mode of a file and the link to it, make a new one private, and leave no draft."""
    path = tmp_path / "app.env"
    path.write_text("A=1\r\n")
    path.chmod(0o640)
    (tmp_path / "link.env").symlink_to(path)

    write(tmp_path / "link.env", "A=2\r\n")
    write(tmp_path / "new.env", "B=1\n")

    assert path.read_bytes() == b"A=2\r\n" and (tmp_path / "link.env").is_symlink()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert stat.S_IMODE((tmp_path / "new.env").stat().st_mode) == 0o600
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["app.env", "link.env", "new.env"]


def test_a_file_that_cannot_be_written_stays(tmp_path: Path) -> None:
    """A folder in the way must end as an error, without a draft left behind."""
    (tmp_path / "app.env").mkdir()

    with pytest.raises(SettingsError, match="cannot be written"):
        write(tmp_path / "app.env", "A=1\n")
    assert [entry.name for entry in tmp_path.iterdir()] == ["app.env"]


def test_missing_settings_are_those_the_sample_sets() -> None:
    """Only settings that are active in the sample and absent from the app must be missing, in the sample's order."""
    sample = parse("TYPE=wiki\nNEW=1\n#OPTION=1\nDOMAIN=x\nALSO_NEW=\n", ".env.sample")
    app = parse("DOMAIN=wiki.example.org\nTYPE=wiki:1.0.0+1\nMINE=1\n", "app.env")

    assert [(setting.name, setting.line) for setting in missing(sample, app.last)] == [("NEW", 2), ("ALSO_NEW", 5)]
