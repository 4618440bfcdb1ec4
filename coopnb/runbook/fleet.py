"""``fleet-health``: all servers at once. It only reads, so it has no plan and no gate."""

from __future__ import annotations

from collections.abc import Mapping

from coopnb.errors import CheckFailed, ConnectFailed, NotChosen
from coopnb.model.fleet import Concern, ServerHealth
from coopnb.model.run import Check
from coopnb.observe.fleet import concerns
from coopnb.record.ledger import Ledger
from coopnb.redaction import Redactor
from coopnb.runbook.steps import Steps, needed
from coopnb.server import names, stack_name
from coopnb.server.fleet import look_at_all
from coopnb.show.fleet import fleet_charts_output, fleet_output, headline
from coopnb.show.fleet_form import FleetForm
from coopnb.show.live import LiveView
from coopnb.show.notes import checks_output
from coopnb.show.output import display
from coopnb.show.servers import picker_html
from coopnb.workspace import Workspace

PARAMETERS = ("servers",)


class FleetBook(Steps):
    """choose look chart check: which servers, how they stand, where tasks run, and whether all is well."""

    def __init__(self, workspace: Workspace, ledger: Ledger, redactor: Redactor, given: Mapping[str, str]) -> None:
        super().__init__(workspace, ledger, redactor)
        self._preset = tuple(part for part in given.get("servers", "").replace(",", " ").split() if part)
        self._form: FleetForm | None = None
        self._seen: tuple[ServerHealth, ...] | None = None
        self._concerns: list[Concern] = []

    def choose(self) -> None:
        """Show the form that chooses servers; all are ticked unless the parameter names some."""
        with self.step("choose"):
            self._form = FleetForm(names(self.workspace), self._preset)
            self._form.show()

    def look(self) -> None:
        """Ask all chosen servers at once, and show what needs a person first. Changes nothing.

        Raises:
            NotChosen: no server is ticked.
        """
        with self.step("look"):
            self._seen = None
            chosen = self._form.value if self._form is not None else self._preset or names(self.workspace)
            if not chosen:
                raise NotChosen(
                    "no server is chosen; nobody was asked", hint="Tick one above, and run this cell again."
                )
            self.ledger.append("look", "chosen", {"servers": list(chosen)})
            live = LiveView()
            live.show()
            try:
                seen = look_at_all(self.workspace, chosen, seen=lambda rows: live.update(picker_html(chosen, rows)))
            finally:
                live.close()
            self._concerns = concerns(seen, self._domains())
            self._seen = seen
            display(fleet_output(seen, self._concerns, **self.mark("look")))

    def chart(self) -> None:
        """Draw where the tasks of each server run."""
        with self.step("chart"):
            display(fleet_charts_output(needed(self._seen, "look"), **self.mark("chart")))

    def check(self) -> None:
        """Say whether all is well; what is not well makes a run that nobody watches fail.

        Raises:
            ConnectFailed: a server cannot be reached.
            CheckFailed: something is not as wanted.
        """
        with self.step("check"):
            seen = needed(self._seen, "look")
            bad = [concern for concern in self._concerns if concern.weight != "to know"]
            found = [_checked(server.row.name, bad) for server in seen]
            facts = [{"name": check.name, "ok": check.ok, "text": check.text} for check in found]
            self.ledger.append("check", "checked", {"checks": facts})
            display(checks_output(found, "fleet", **self.mark("check")))
            if not bad:
                return
            lost = [concern for concern in bad if concern.weight == "not reachable"]
            raise (ConnectFailed if lost else CheckFailed)(
                headline(seen, self._concerns),
                what="\n".join(_line(concern) for concern in bad),
                where=", ".join(dict.fromkeys(concern.server for concern in bad)),
                hint="\n".join(dict.fromkeys(concern.next.splitlines()[0] for concern in bad if concern.next)) or None,
            )

    def _domains(self) -> Mapping[tuple[str, str], str]:
        return {(server, stack_name(domain)): domain for server, domain in self.workspace.apps()}


def _checked(server: str, bad: list[Concern]) -> Check:
    """A server that cannot be reached was not looked at: that is neither well nor unwell."""
    own = [concern for concern in bad if concern.server == server]
    text = (
        "; ".join(f"{concern.subject}: {concern.what}" if concern.subject else concern.what for concern in own)
        or "as wanted"
    )
    return Check(server, None if any(concern.weight == "not reachable" for concern in own) else not own, text)


def _line(concern: Concern) -> str:
    subject = f" {concern.subject}" if concern.subject else ""
    return f"{concern.server}{subject}: {concern.what}"
