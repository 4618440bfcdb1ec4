"""Making the writes of a plan, kind by kind; each is in the ledger before Docker hears of it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from coopnb.deploy.writing import Act, Writer
from coopnb.engine import Engine
from coopnb.errors import Conflict, CoopError, OutOfSequence, StalePlan, TransportError
from coopnb.model.plan import (
    CreateConfig,
    CreateNetwork,
    CreateSecret,
    CreateService,
    Operation,
    Plan,
    Remove,
    UpdateLabels,
    UpdateService,
)

MakeSecrets = Callable[[Sequence[CreateSecret]], Mapping[str, str]]
"""Makes values by the names of their secrets; whoever makes them also sees to it that they are masked from then on."""


@dataclass(frozen=True, slots=True)
class Written:
    """An operation that the engine accepted, and the id of its object."""

    operation: Operation
    id: str


def apply(engine: Engine, plan: Plan, ledger: Writer, make_secrets: MakeSecrets) -> tuple[Written, ...]:
    """Make every write of the plan; the caller has seen to it that the plan is approved and not stale.

    The operations of one kind are announced in the ledger together, with what came of the kind before: one
    write to the disk for both.

    Raises:
        LedgerError: the ledger cannot be written; what it should announce was not done.
        StalePlan: the swarm changed while the plan was applied; what was done stays done and is in the ledger.
        EngineError, TransportError: the engine refused, or went away; likewise.
    """
    ids: dict[tuple[str, str], str] = {(rest.kind, rest.name): rest.id for rest in plan.rests_on}
    numbered = list(enumerate(plan.operations, start=1))
    facts = {"digest": plan.digest, "previous_state": plan.previous_state, "new_state": plan.new_state}
    untold: list[Act] = [("applying", facts)]
    done: list[Written] = []
    try:
        for _, group in groupby(numbered, key=lambda pair: (pair[1].kind, pair[1].verb == "remove")):
            wave = list(group)
            untold += [("operation", _facts(number, len(numbered), operation)) for number, operation in wave]
            announced, untold = untold, []
            ledger.append_all("apply", announced)
            for written in _make_wave(engine, wave, ids, untold, make_secrets):
                ids[written.operation.kind, written.operation.name] = written.id
                done.append(written)
    finally:
        ledger.append_all("apply", untold)
    return tuple(done)


def _make_wave(
    engine: Engine,
    wave: Sequence[tuple[int, Operation]],
    ids: Mapping[tuple[str, str], str],
    results: list[Act],
    make_secrets: MakeSecrets,
) -> Iterator[Written]:
    """Make the writes of one kind, one after the other, so that equal plans give equal histories.

    Args:
        results: gains what came of each.
    """
    values = _values([operation for _, operation in wave if isinstance(operation, CreateSecret)], make_secrets)
    for at, (number, operation) in enumerate(wave):
        try:
            object_id = _make(engine, operation, ids, values)
        except TransportError as error:
            # Nothing is said of this one: whether it arrived is not known. Those after it were announced, not sent.
            unsent = "not sent: the connection was gone"
            results += [("operation_failed", {"n": later, "error": unsent}) for later, _ in wave[at + 1 :]]
            raise _cut_off(operation, error) from error
        except CoopError as error:
            results.append(("operation_failed", {"n": number, "error": error.headline}))
            raise _explained(operation, error) from error
        results.append(("operation_done", {"n": number, "id": object_id}))
        yield Written(operation, object_id)


def _values(wanted: Sequence[CreateSecret], make_secrets: MakeSecrets) -> Mapping[str, bytes]:
    """The values of secrets by name: as the files have them, or made."""
    values = {operation.name: operation.data for operation in wanted if operation.data is not None}
    if missing := [operation for operation in wanted if operation.data is None]:
        values |= {name: value.encode() for name, value in make_secrets(missing).items()}
    return values


def _facts(number: int, of: int, operation: Operation) -> Mapping[str, Any]:
    return {"n": number, "of": of, "verb": operation.verb, "kind": operation.kind, "name": operation.name}


def _make(engine: Engine, operation: Operation, ids: Mapping[tuple[str, str], str], values: Mapping[str, bytes]) -> str:
    """One write; the id of the object it was made on."""
    if isinstance(operation, UpdateService):
        engine.update_service(operation.id, operation.index, with_ids(operation.spec, ids))
        return operation.id
    if isinstance(operation, UpdateLabels):
        engine.update_labels(operation.kind, operation.id, operation.index, operation.name, operation.labels)
        return operation.id
    if isinstance(operation, Remove):
        engine.remove(operation.kind, operation.id)
        return operation.id
    return engine.create(operation.kind, _body(operation, ids, values))


def _body(
    operation: CreateNetwork | CreateSecret | CreateConfig | CreateService,
    ids: Mapping[tuple[str, str], str],
    values: Mapping[str, bytes],
) -> Mapping[str, Any]:
    if isinstance(operation, CreateNetwork):
        return {**operation.spec, "Name": operation.name}
    if isinstance(operation, CreateService):
        return with_ids(operation.spec, ids)
    data = values[operation.name] if isinstance(operation, CreateSecret) else operation.data
    body: dict[str, Any] = {
        "Name": operation.name,
        "Labels": dict(operation.labels),
        "Data": base64.b64encode(data).decode(),
    }
    if isinstance(operation, CreateSecret) and operation.driver:
        body["Driver"] = {"Name": operation.driver, "Options": dict(operation.driver_opts)}
    if operation.template_driver:
        body["Templating"] = {"Name": operation.template_driver}
    return body


def with_ids(spec: Mapping[str, Any], ids: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    """A spec whose secret and config references carry ids, as the engine demands; networks go by name.

    (docker/cli cli/compose/convert/service.go, ``convertServiceSecrets``)
    """
    template = dict(spec["TaskTemplate"])
    container = dict(template["ContainerSpec"])
    for kind, plural in (("secret", "Secrets"), ("config", "Configs")):
        if references := container.get(plural):
            container[plural] = [_with_id(reference, kind, ids) for reference in references]
    privileges = container.get("Privileges") or {}
    credentials = privileges.get("CredentialSpec") or {}
    if (key := ("config", credentials.get("Config", ""))) in ids:
        container["Privileges"] = {**privileges, "CredentialSpec": {**credentials, "Config": ids[key]}}
    return {**spec, "TaskTemplate": {**template, "ContainerSpec": container}}


def _with_id(reference: Mapping[str, Any], kind: str, ids: Mapping[tuple[str, str], str]) -> Mapping[str, Any]:
    """A reference that was read back from the swarm has its id already."""
    title = kind.title()
    key = (kind, reference[f"{title}Name"])
    if key not in ids and reference.get(f"{title}ID"):
        return reference
    return {**reference, f"{title}ID": ids[key]}


def _cut_off(operation: Operation, error: TransportError) -> TransportError:
    """An error that says what is known of a write whose answer never came."""
    error.where = ", ".join(part for part in (f"{operation.kind} {operation.name}", error.where) if part)
    error.hint = (
        "Whether this write arrived is not known; those before it were made and stay. When the server answers again,\n"
        "run the runbook again: it looks at what is there, and plans what is still missing."
    )
    return error


def _explained(operation: Operation, error: CoopError) -> CoopError:
    """An error that says which operation it belongs to; a lost race is a stale plan."""
    name = f"{operation.kind} {operation.name}"
    if isinstance(error, OutOfSequence | Conflict):
        return StalePlan(
            f"somebody changed {name} while the plan was applied",
            what=error.message,
            where=error.where,
            hint="Run the plan cell again: it shows what is still missing, and asks anew.",
        )
    error.where = ", ".join(part for part in (name, error.where) if part)
    error.hint = error.hint or "What was done before it stays done; plan again to see what is missing."
    return error
