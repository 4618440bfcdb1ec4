"""The errors of coopnb, in one tree.

Every error says what happened, where, and what to do next. ``exit_status`` is what a
command ends with when the error reaches the command line::

    CoopError
      InputError              2   something that was given is wrong; nothing was done
        WorkspaceError            the workspace cannot be used
        CommonsError              a recipe or a version of it cannot be had
        SettingsError             an app's .env file
        RecipeError               a compose file: file, line and key path
        ConvertError              a key that swarm cannot honour
        SecretError               a secret's declaration, never its value
        NotChosen                 a runbook's parameters are blank
        PlanBlocked               the plan has findings that must be mended first
      LedgerError             2   the ledger cannot be written; nothing was done
        LedgerCutOff          1   it could be written no longer, after the first change was made
      ApprovalError           3
        NotApproved               no approval, or one for something else
        StalePlan                 the swarm changed after the plan was made
      TransportError          4   could not talk to the server
        ConnectFailed
        TimedOut
      EngineError             1   the daemon said no: method, path, status
        NotFound  Conflict  OutOfSequence  Unavailable
      NotConverged            1   it said yes, and it did not happen
      CheckFailed             1   what was observed is not what was expected
      KernelDied              1   the notebook's kernel went away in the middle of a step
      Interrupted           130   somebody stopped the watch; what was done stays done
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from coopnb.harmless import visible


class CoopError(Exception):
    """The root of coopnb's errors.

    Args:
        headline: one sentence that says what happened.
        what: the evidence, if there is more to say than the headline does.
        where: file and line, key path, server, service.
        hint: what to do next, as a sentence or a command.
    """

    exit_status: ClassVar[int] = 2

    def __init__(
        self,
        headline: str,
        *,
        what: str | None = None,
        where: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(headline)
        self.headline = headline
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        lines = [self.headline]
        for label, value in (("what", self.what), ("where", self.where), ("next", self.hint)):
            if value:
                first, *rest = value.splitlines()
                lines.append(f"  {label:<6} {first}")
                lines.extend(f"         {line}" for line in rest)
        # An engine's words and a container's last line stand in errors too, and a terminal obeys what it is shown.
        return visible("\n".join(lines), keep="\n")

    def _render_traceback_(self) -> list[str]:
        """Give IPython the message itself: an operator acts on it, not on our call stack."""
        return [f"{type(self).__name__}: {self}"]


class InputError(CoopError):
    """Something that was given is wrong; nothing was done."""


class WorkspaceError(InputError):
    """The workspace is missing, unreadable, or not ours to write."""


class CommonsError(InputError):
    """A recipe, or a version of it, cannot be had."""


class SettingsError(InputError):
    """An app's ``.env`` file, or a recipe's ``.env.sample``, cannot be read or lacks a setting."""


class RecipeError(InputError):
    """A compose file says something that cannot be read or cannot be right."""


class ConvertError(InputError):
    """A key of the recipe cannot be honoured by swarm."""


class SecretError(InputError):
    """A secret is declared in a way that cannot be honoured. Never holds a value."""


class NotChosen(InputError):
    """A runbook was run with blank parameters.

    Attributes:
        lacking: the names of those that are needed.
    """

    lacking: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, lacking: Sequence[str], headline: str, *, what: str | None = None, where: str | None = None, hint: str
    ) -> NotChosen:
        """The error for parameters that are needed; the hint goes on with how they are passed headless."""
        passed = " ".join(f"-p {name}=..." for name in lacking)
        error = cls(headline, what=what, where=where, hint=f"{hint}\nHeadless: {passed}")
        error.lacking = tuple(lacking)
        return error


class PlanBlocked(InputError):
    """The plan has findings that must be mended before it can be approved."""


class LedgerError(CoopError):
    """The ledger cannot be written, so the act it should precede was not done."""


class LedgerCutOff(LedgerError):
    """The ledger could be written no longer after the first change was made; no further change was."""

    exit_status = 1


class ApprovalError(CoopError):
    """A plan waits for an approval."""

    exit_status = 3


class NotApproved(ApprovalError):
    """There is no approval, or it is for something else."""


class StalePlan(ApprovalError):
    """The swarm changed after the plan was made, so its approval is void."""


class TransportError(CoopError):
    """The server could not be talked to."""

    exit_status = 4


class ConnectFailed(TransportError):
    """No connection could be made, or it broke."""


class TimedOut(TransportError):
    """The server took longer than the request may take."""


class EngineError(CoopError):
    """The daemon refused a request.

    Attributes:
        method, path: the request, as in the Engine API reference.
        status: the HTTP status of the answer.
        message: the daemon's own words.
    """

    exit_status = 1

    def __init__(
        self,
        message: str,
        *,
        method: str,
        path: str,
        status: int,
        where: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(
            f"the engine refused: {message}",
            what=f"{method} {path} -> {status}",
            where=where,
            hint=hint,
        )
        self.message = message
        self.method = method
        self.path = path
        self.status = status


class NotFound(EngineError):
    """404: the object is not there."""


class Conflict(EngineError):
    """409: the name is taken."""


class OutOfSequence(EngineError):
    """The object changed since its version index was read (swarmkit's ``update out of sequence``, a 500)."""


class Unavailable(EngineError):
    """503: the node is not a manager, or the swarm has no leader."""


class NotConverged(CoopError):
    """The engine accepted the change, and the tasks did not reach it.

    Attributes:
        report: the :class:`coopnb.model.run.RunReport` with the evidence, if there is one.
    """

    exit_status = 1
    report: object | None = None


class CheckFailed(CoopError):
    """What was observed afterwards is not what was expected."""

    exit_status = 1


class KernelDied(CoopError):
    """The notebook's kernel went away in the middle of a step; the ledger tells what was done."""

    exit_status = 1


class Interrupted(CoopError):
    """Somebody stopped the watch; what was done stays done and is in the ledger."""

    exit_status = 130
