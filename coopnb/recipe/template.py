"""The ``${...}`` of one text, read as docker/cli reads it (``cli/compose/template/template.go``).

One pass, values only, no nesting: a default ends at the first ``}``. Its oddities are kept,
because ``docker stack deploy`` beside us has them, and each comes back as a :class:`Doubt`
where the compose specification (section "Interpolation") says something else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

# Go folds case by Unicode's simple rules, in which a long s and the Kelvin sign are letters of the alphabet.
_LETTER = "_a-zA-Z\u017f\u212a"
_NAME = f"[{_LETTER}][{_LETTER}0-9]*"
_BODY = _NAME + "(?::?[-?][^}]*)?"
_PATTERN = re.compile(rf"\$(?:(?P<escaped>\$)|(?P<named>{_BODY})|\{{(?P<braced>{_BODY})\}}|(?P<invalid>))")
_MEANT = re.compile(rf"(?P<name>{_NAME})(?P<operator>:?[-?])?(?P<operand>.*)", re.DOTALL)
_OPERATORS = (":-", "-", ":?", "?")


@dataclass(frozen=True, slots=True)
class Doubt:
    """A place where this reading contradicts the specification: a rule's name and a sentence."""

    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class Substituted:
    """A text after substitution.

    Attributes:
        used: settings whose value is in the text, in order, each once.
        missing: names that nothing sets and that have no default: they became empty.
        refused: docker's reason to refuse the text, or ``None``.
    """

    text: str
    used: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    refused: str | None = None
    doubts: tuple[Doubt, ...] = ()


def substitute(text: str, settings: Mapping[str, str]) -> Substituted:
    """Replace every ``$NAME`` and ``${NAME...}`` of a text.

    >>> substitute("${A:-a}-$B", {"B": "b"}).text
    'a-b'
    """
    if "$" not in text:
        return Substituted(text)
    return _Pass(text, settings).run()


class _Pass:
    def __init__(self, text: str, settings: Mapping[str, str]) -> None:
        self.text = text
        self.settings = settings
        self.used: dict[str, None] = {}
        self.missing: dict[str, None] = {}
        self.refused: str | None = None
        self.swallowed: str | None = None
        self.doubts: list[Doubt] = []

    def run(self) -> Substituted:
        result = _PATTERN.sub(self._replace, self.text)
        if self.refused is None and self.swallowed is not None:
            self.doubts.append(
                Doubt("error-is-swallowed", f"docker forgets this error, because more follows it: {self.swallowed}")
            )
        return Substituted(result, tuple(self.used), tuple(self.missing), self.refused, tuple(self.doubts))

    def _replace(self, match: re.Match[str]) -> str:
        if match["escaped"]:
            return "$"
        body = match["named"] or match["braced"]
        if not body:
            return self._refuse(f"{self.text!r} has a $ that begins no name")
        # docker keeps one error for the whole text, and every later substitution that works resets it.
        self.refused = None
        operator = next((one for one in _OPERATORS if one in body), "")
        name, _, operand = body.partition(operator) if operator else (body, "", "")
        self._compare(match, name, operator)
        value = self.settings.get(name)
        if not operator:
            return self._given(name) if value is not None else self._absent(name)
        if value is not None and (value or not operator.startswith(":")):
            return self._given(name)
        if operator.endswith("?"):
            return self._refuse(f"the setting {name} is required: {operand}")
        if "$" in operand:
            self.doubts.append(
                Doubt("default-is-literal", f"the default {operand!r} is taken as it stands: nothing in it is replaced")
            )
        return operand

    def _given(self, name: str) -> str:
        self.used[name] = None
        return self.settings[name]

    def _absent(self, name: str) -> str:
        self.missing[name] = None
        return ""

    def _refuse(self, reason: str) -> str:
        self.refused = self.swallowed = reason
        return ""

    def _compare(self, match: re.Match[str], name: str, operator: str) -> None:
        """Doubt what the specification reads in another way."""
        meant = _MEANT.fullmatch(match["named"] or match["braced"])
        assert meant is not None, "the body of a match begins with a name"
        if match["named"] and meant["operator"]:
            self.doubts.append(
                Doubt(
                    "operator-without-braces",
                    f"docker takes {match[0]!r} as one expression with a default or a condition; "
                    f"${{{meant['name']}}} would end at the name",
                )
            )
        elif (name, operator) != (meant["name"], meant["operator"] or ""):
            self.doubts.append(
                Doubt("operator-misread", f"docker splits {match[0]!r} at {operator!r}, and so asks for {name!r}")
            )
        elif "${" in meant["operand"]:
            self.doubts.append(
                Doubt("nested-default", f"docker ends {match[0]!r} at the first closing brace: defaults cannot nest")
            )
