"""Reading settings, point by point of the field's format."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from coopnb.envfile import EnvFile, parse, read
from coopnb.errors import SettingsError


def values(text: str) -> dict[str, str]:
    """Read a text and give its values."""
    return parse(text, "app.env").values


def options(text: str) -> dict[str, str]:
    """Read a text and give the options that are switched off."""
    return {option.name: option.value for option in parse(text, "app.env").options}


def test_the_type_may_be_a_path_with_a_version() -> None:
    """A type must be read whole: with its version, with a dirty mark, as a path to a repository."""
    assert values("TYPE=wiki:1.7.1+1.27.2\n") == {"TYPE": "wiki:1.7.1+1.27.2"}
    assert values("TYPE=wiki:06a57de8+U")["TYPE"] == "wiki:06a57de8+U"
    assert values("RECIPE=git.example.org/ana/cool-wiki")["RECIPE"] == "git.example.org/ana/cool-wiki"


def test_a_setting_may_name_its_own_earlier_value() -> None:
    """A name that stands twice must expand its earlier value, in both forms, in file order."""
    text = 'COMPOSE_FILE="compose.yml"\nCOMPOSE_FILE="$COMPOSE_FILE:a.yml"\nCOMPOSE_FILE=${COMPOSE_FILE}:b.yml\n'

    assert [setting.value for setting in parse(text, "app.env").settings] == [
        "compose.yml",
        "compose.yml:a.yml",
        "compose.yml:a.yml:b.yml",
    ]
    assert values(text) == {"COMPOSE_FILE": "compose.yml:a.yml:b.yml"}


def test_a_later_absolute_value_replaces_the_earlier_one() -> None:
    """A name that stands twice without naming itself must have its last value, and say on which line."""
    env = parse('COMPOSE_FILE="compose.yml"\nCOMPOSE_FILE="compose.yml:compose.ovh.yml"\n', "app.env")

    assert env.values == {"COMPOSE_FILE": "compose.yml:compose.ovh.yml"}
    assert env.last["COMPOSE_FILE"].line == 2


@pytest.mark.parametrize("line", ["#X=1", "# X=1", "#   X=1", "\t# X=1", "# X='1'", '#X="1" # on'])
def test_a_commented_setting_is_an_option(line: str) -> None:
    """A setting behind one number sign must be an option, and not a setting."""
    env = parse(line, "app.env")

    assert env.settings == ()
    assert [(option.name, option.value, option.line, option.commented) for option in env.options] == [
        ("X", "1", 1, True)
    ]


@pytest.mark.parametrize(
    "line",
    [
        "## X=1",
        "# ====",
        "#=== mail ===",
        "# ── mail ──",
        "# ^ can be code, token or id_token",
        "# uncomment the COMPOSE_FILE line to set a=b",
        "# length=32",
        "#",
        "# X = 1",
        "# X='never closed",
        "# X='a' and more",
        "   # indented prose",
    ],
)
def test_prose_is_no_option(line: str) -> None:
    """A header, a sentence or a note must be neither a setting nor an option."""
    assert parse(line, "app.env").settings == ()
    assert options(line) == {}


def test_an_option_is_given_as_written() -> None:
    """An option must not be expanded: it is not in force, and its author's words help to switch it on."""
    text = 'COMPOSE_FILE=compose.yml\n#COMPOSE_FILE="$COMPOSE_FILE:compose.smtp.yml"\n#ISSUER=https://${DOMAIN}\n'

    assert options(text) == {"COMPOSE_FILE": "$COMPOSE_FILE:compose.smtp.yml", "ISSUER": "https://${DOMAIN}"}
    assert parse(text, "app.env").findings == ()


def test_trailing_comments_carry_notes() -> None:
    """Words ``key=value`` of a trailing comment must be notes, and no part of the value."""
    text = (
        "SECRET_KEY_BASE_VERSION=v1 # length=128\n"
        "SECRET_HMAC_SECRET_VERSION=v1       # length=64 charset=hex\n"
        "SECRET_TOKEN_VERSION='v1' #generate=false\n"
        "# ADMIN_PUBKEY=                      # Set after first login\n"
        "EMPTY= # Set by hand\n"
    )
    env = parse(text, "app.env")

    assert {setting.name: dict(setting.notes) for setting in env.settings} == {
        "SECRET_KEY_BASE_VERSION": {"length": "128"},
        "SECRET_HMAC_SECRET_VERSION": {"length": "64", "charset": "hex"},
        "SECRET_TOKEN_VERSION": {"generate": "false"},
        "EMPTY": {},
    }
    assert set(env.values.values()) == {"v1", ""}
    assert options(text) == {"ADMIN_PUBKEY": ""}


def test_single_quotes_are_literal() -> None:
    """Nothing in single quotes must be expanded, unescaped or cut."""
    assert values("EXTRA_DOMAINS=', `www.example.com`'") == {"EXTRA_DOMAINS": ", `www.example.com`"}
    assert values("CRON_SCHEDULE='*/5 * * * *'") == {"CRON_SCHEDULE": "*/5 * * * *"}
    assert values("A=1\nX='$A ${A} \\n # \\'") == {"A": "1", "X": "$A ${A} \\n # \\"}


def test_double_quotes_expand_and_unescape() -> None:
    """Double quotes must expand names and know the escapes for line ends, quotes and dollars."""
    text = 'A=1\nX="$A ${A}2 \\$A \\"q\\" \\\\ a\\nb # no comment"'

    assert values(text)["X"] == '1 12 $A "q" \\ a\nb # no comment'


def test_plain_values_hold_blanks_and_shell_signs() -> None:
    """A plain value must go to the end of its line: no shell ever sees it."""
    assert values("MOUNTS=/ /var/lib/docker\n")["MOUNTS"] == "/ /var/lib/docker"
    assert values("RULE=Host(`a`) || Host(`b`)\n")["RULE"] == "Host(`a`) || Host(`b`)"
    assert values("CORS_ORIGINS=*\n")["CORS_ORIGINS"] == "*"
    assert values("X=$(touch /tmp/pwned) `id` ; &\n")["X"] == "$(touch /tmp/pwned) `id` ; &"


def test_a_number_sign_inside_a_plain_value_stays() -> None:
    """Only a number sign after a blank must begin a comment."""
    assert values("A=abc#def\nCOLOUR=#ff8800\nC=abc #def\n") == {"A": "abc#def", "COLOUR": "#ff8800", "C": "abc"}


def test_names_in_braces_are_expanded() -> None:
    """An earlier setting must be expanded in the middle of a value."""
    assert values("DOMAIN=wiki.example.org\nISSUER=https://${DOMAIN}/auth")["ISSUER"] == "https://wiki.example.org/auth"


def test_what_is_no_reference_stays() -> None:
    """A dollar before anything but a name in capitals must stay, and an escaped one too, without its backslash."""
    assert values("X=$2y$05$abc ${lower} $ \\$HOME")["X"] == "$2y$05$abc ${lower} $ $HOME"


def test_an_unset_name_becomes_empty_and_is_found() -> None:
    """A name that no line before sets must become empty, and a finding must say where."""
    env = parse("A=1\n\nX=${HOME}/x\n", "app.env")

    assert env.values["X"] == "/x"
    assert [str(finding) for finding in env.findings] == [
        "warning  app.env:3  X uses HOME, which no line before it sets, so it is empty there"
    ]


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("X=${A:-d}", "a"),
        ("X=${E:-d}/x", "d/x"),
        ("X=${E-d}", ""),
        ("X=${U:-two words}", "two words"),
        ("X=${U-}", ""),
        ('X="${U:-$A}"', "$A"),
        ("X=${U:-$A}", "$A"),
    ],
)
def test_a_default_stands_in_for_what_is_not_set(line: str, value: str) -> None:
    """A default must be taken as it stands where its name is not set, with a colon where it is empty, too."""
    env = parse(f"A=a\nE=\n{line}\n", "app.env")
    assert env.values["X"] == value
    assert [finding.rule for finding in env.findings] == ["setting-is-read-otherwise-elsewhere"]


@pytest.mark.parametrize("value", ["$2y$05$hunter2", '"$2y$05$hunter2"', "$(date)", "${1}", "${X:-hunter2}"])
def test_what_abra_reads_otherwise_is_told_and_not_shown(value: str) -> None:
    """A value of which the field's other tools make something else must be a warning that does not repeat it."""
    found = [str(finding) + str(finding.hint) for finding in parse(f"X={value}\n", "app.env").findings]
    assert len(found) == 1 and "app.env:1" in found[0] and "hunter" not in found[0]


@pytest.mark.parametrize("value", ["'$2y$05$abc'", "\\$2y\\$05", '"\\$(date)"', "a$b", "$", "${lower:-x}"])
def test_what_everybody_reads_alike_is_not_told(value: str) -> None:
    """A dollar in single quotes, an escaped one, and one before anything else must not be a warning."""
    assert parse(f"X={value}\n", "app.env").findings == ()


def test_an_empty_value_is_set() -> None:
    """A setting without a value must be set, to nothing; one that is absent must be absent."""
    assert values("SENTRY_DSN=\nB=''\n") == {"SENTRY_DSN": "", "B": ""}


def test_the_stack_name_may_be_set_by_hand() -> None:
    """A stack name in the file must be read like any other setting."""
    assert values("STACK_NAME=nodex\n") == {"STACK_NAME": "nodex"}


def test_export_is_tolerated() -> None:
    """A line that begins with ``export`` must be read as the setting it is."""
    assert values("export ENTRYPOINT_VERSION=v4\n") == {"ENTRYPOINT_VERSION": "v4"}


def test_names_that_mean_something_elsewhere_stay_plain_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings named like variables of the process must neither reach it nor come from it."""
    monkeypatch.setenv("DOCKER_HOST", "unix:///mine")

    text = "DOCKER_HOST=tcp://socket-proxy:2375\nSECRET=\nSECRET_OVH_CONSUMER_KEY=v1\nLANG=C\nX=$DOCKER_HOST\n"
    assert values(text)["X"] == "tcp://socket-proxy:2375"
    assert os.environ["DOCKER_HOST"] == "unix:///mine"


def test_a_quoted_value_may_span_lines() -> None:
    """A quoted value must be able to hold line ends, and the lines after it must keep their numbers."""
    env = parse("KEY=\"-----BEGIN\nabc\n-----END\"\nB='1\n2'\nC=3\n", "app.env")

    assert env.values == {"KEY": "-----BEGIN\nabc\n-----END", "B": "1\n2", "C": "3"}
    assert [setting.line for setting in env.settings] == [1, 4, 6]


def test_windows_line_ends_and_a_byte_order_mark_are_no_part_of_a_value() -> None:
    """A file from a Windows editor must read as any other."""
    assert values("\ufeffA=1\r\nB='2'\r\nC=3 # note=x\r\nD=\r\n") == {"A": "1", "B": "2", "C": "3", "D": ""}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("A=1\nthis is prose\n", 2, "neither a setting nor a comment"),
        ("A=1\n\n1A=2\n", 3, "neither a setting nor a comment"),
        ("=hunter2\n", 1, "neither a setting nor a comment"),
        ("A='hunter2\nB=1\n", 1, "never closed"),
        ('A="hunter2\\"\n', 1, "never closed"),
        ("A='hun'ter2\n", 1, "text after the closing quote"),
        ('A="hunter2\nB="2"\n', 2, "text after the closing quote"),
        ("A=1\nB=hunter\0two\n", 2, "NUL"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(text: str, line: int, words: str) -> None:
    """An error must name the file and the line, say what to do, and not repeat what may be a secret."""
    with pytest.raises(SettingsError) as caught:
        parse(text, "wiki.example.org.env")

    assert caught.value.where == f"wiki.example.org.env:{line}"
    assert words in str(caught.value) and "hunter" not in str(caught.value) and caught.value.hint


def test_values_that_multiply_are_refused() -> None:
    """A file whose values name each other again and again must be refused at a line, soon."""
    doubling = "\n".join(["A0=xxxxxxxx", *(f"A{n}=${{A{n - 1}}}${{A{n - 1}}}" for n in range(1, 60))])
    with pytest.raises(SettingsError, match="the values grow beyond") as caught:
        parse(doubling, "app.env")
    assert caught.value.where == "app.env:19"


def test_a_file_is_read_byte_for_byte(tmp_path: Path) -> None:
    """The text of a file must be its bytes, line ends included."""
    path = tmp_path / "app.env"
    path.write_bytes("\ufeffA=ü\r\n\nB=2".encode())

    env = read(path)

    assert isinstance(env, EnvFile)
    assert env.text.encode() == path.read_bytes()
    assert env.values == {"A": "ü", "B": "2"}


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    """A missing file, a folder, another encoding and a huge file must each end as an error with the path."""
    (tmp_path / "latin.env").write_bytes("A=1\nB=ü\n".encode("latin-1"))
    (tmp_path / "huge.env").write_bytes(b"#" * (1 << 21))

    for name, words in (
        ("none.env", "No such file"),
        (".", "directory"),
        ("latin.env", "UTF-8"),
        ("huge.env", "larger than"),
    ):
        with pytest.raises(SettingsError, match=words) as caught:
            read(tmp_path / name)
        assert str(tmp_path) in (caught.value.where or "")
    with pytest.raises(SettingsError, match=r"mine:2"):
        read(tmp_path / "latin.env", "mine")


def test_values_stay_out_of_the_repr() -> None:
    """The repr of a file must not show its values."""
    assert "hunter2" not in repr(parse("SMTP_PASSWORD=hunter2", "app.env"))
