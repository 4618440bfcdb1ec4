"""A command on stack files as it was given: what it means, and the commands that follow from it."""

from __future__ import annotations

import argparse
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coopnb.errors import CoopError, Interrupted, NotConverged, StalePlan
from coopnb.harmless import visible

if TYPE_CHECKING:
    from coopnb.model.plan import Plan
    from coopnb.model.stack import Stack
    from coopnb.server import Server


@dataclass(frozen=True, slots=True)
class Asked:
    """A command as it was given: what it means, and how it is said again."""

    options: argparse.Namespace

    def stack(self) -> Stack:
        """What the files want; no server is asked."""
        from coopnb.server import stack_files_at

        return stack_files_at(self.options.paths, self.options.name, settings=self.options.settings)

    def plan(self, server: Server, stack: Stack) -> Plan:
        """What is there against what is wanted, with what is accepted."""
        from coopnb.server import with_accepted

        return with_accepted(server.plan(stack, prune=self.options.prune), " ".join(self.options.accept))

    def again(self, action: str, *more: str) -> str:
        """The whole command for the same files, with an action and options of its own."""
        options = self.options
        words = ["coopnb", "stack", action, *options.paths, "--server", options.server, "--name", options.name]
        if options.settings:
            words += ["--settings", str(options.settings)]
        words += [word for name in options.accept for word in ("--accept", name)]
        words += ["--prune"] if options.prune else []
        words += ["--workspace", options.workspace] if options.workspace else []
        return visible(shlex.join([*words, *more]))

    def approving(self, plan: Plan) -> str:
        """The command that makes a plan; its reason is left to say."""
        detach = ["--detach"] if getattr(self.options, "detach", False) else []
        reason = getattr(self.options, "reason", "").strip() or "..."
        return self.again("deploy", *detach, "--approve", plan.short_digest, "--reason", reason)

    def advised(self, error: CoopError, plan: Plan) -> CoopError:
        """The error with what to do next in commands of this one's kind."""
        if isinstance(error, StalePlan):
            error.hint = f"{self.again('plan')} shows how it stands now"
        if isinstance(error, Interrupted | NotConverged):
            error.hint = self.following(plan, interrupted=isinstance(error, Interrupted))
        return error

    def following(self, plan: Plan, *, interrupted: bool) -> str:
        """What to do where a deploy did not get to its end."""
        if interrupted:
            return f"{self.again('deploy')} watches on: it writes nothing that is not approved"
        text = f"{self.again('plan')} shows what is missing"
        if plan.previous_state is None:
            return text
        given = ["-p", f"server={self.options.server}", "-p", f"domain={plan.app}"]
        return f"{text}; {visible(shlex.join(['coopnb', 'run', 'roll-back-app', *given]))} goes back to what ran before"
