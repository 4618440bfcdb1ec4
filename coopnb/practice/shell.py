"""The little of a shell that somebody meets who runs ``docker exec -it CONTAINER sh``."""

from __future__ import annotations

from collections.abc import Callable

from coopnb.practice.world import Answer

_PROMPT = "/ # "
_INTERRUPT, _END, _LONGEST = "\x03", "\x04", 4096


class Shell:
    """Reads lines, lets them be answered, prints what they print; on a terminal it echoes and prompts.

    Args:
        answer: runs one line.
        write: prints text to standard output (1) or standard error (2).
        done: told the exit code when the shell ends.
        terminal: whether somebody sits before it.
    """

    def __init__(
        self,
        answer: Callable[[str], Answer],
        write: Callable[[str, int], None],
        done: Callable[[int], None],
        terminal: bool,
    ) -> None:
        self._answer = answer
        self._write = write
        self._done = done
        self._terminal = terminal
        self._line = ""
        self._status = 0
        self._ended = False

    def begin(self) -> None:
        """Prompt for the first line."""
        if self._terminal:
            self._write(_PROMPT, 1)

    def feed(self, data: bytes) -> None:
        """Take what was typed."""
        for letter in data.decode("utf-8", "replace"):
            if self._ended:
                return
            if self._terminal and letter in (_INTERRUPT, _END, "\x7f", "\b"):
                self._control(letter)
            elif letter in "\r\n":
                self._echo("\r\n")
                self._run()
            elif letter.isprintable() and len(self._line) < _LONGEST:
                self._line += letter
                self._echo(letter)

    def finish(self) -> None:
        """Nothing more is typed."""
        if not self._ended:
            if self._line:
                self._run()
            self._end(self._status)

    def _control(self, letter: str) -> None:
        if letter == _END and not self._line:
            self._echo("\r\n")
            self._end(self._status)
        elif letter == _INTERRUPT:
            self._line = ""
            self._echo(f"^C\r\n{_PROMPT}")
        elif letter != _END and self._line:
            self._line = self._line[:-1]
            self._echo("\b \b")

    def _run(self) -> None:
        line, self._line = self._line.strip(), ""
        words = line.split()
        if words[:1] == ["exit"]:
            self._end(int(words[1]) % 256 if len(words) > 1 and words[1].isdecimal() else self._status)
            return
        if line:
            said = self._answer(line)
            self._status = said.exit
            for text, stream in ((said.output, 1), (said.error, 2)):
                if text:
                    self._write(text.replace("\n", "\r\n") if self._terminal else text, stream)
        if self._terminal:
            self._write(_PROMPT, 1)

    def _echo(self, text: str) -> None:
        if self._terminal:
            self._write(text, 1)

    def _end(self, code: int) -> None:
        if not self._ended:
            self._ended = True
            self._done(code)
