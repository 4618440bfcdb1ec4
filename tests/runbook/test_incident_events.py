"""The swarm's own events in an incident, headless on a practice swarm: what others did, and a door that is shut."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.engine.test_hostile_answers import response
from tests.runbook.headless import Ran, coopnb
from tests.runbook.places import practice_place, record_text

DOMAIN = "hello.example.org"
STACK = "hello_example_org"


def test_what_others_did_is_in_the_record(tmp_path: Path) -> None:
    """A change that nobody made with coopnb must be in the ledger once, and on the swarm's side of the record."""
    with practice_place(tmp_path) as place:
        place.approved(recipe="hello", domain=DOMAIN)
        [service] = place.engine.services(STACK).body
        spec = service["Spec"]
        spec["TaskTemplate"]["ContainerSpec"]["Image"] = "nginx:1.26.3"
        spec["UpdateConfig"] = {"Parallelism": 1, "Order": "stop-first"}
        place.engine.update_service(service["ID"], service["Version"]["Index"], spec)
        for _ in range(2_000):
            [service] = place.engine.services(STACK).body
            place.engine.tasks(STACK)
            if service["UpdateStatus"]["State"] == "completed" and service["ServiceStatus"]["RunningTasks"] == 1:
                break
        ran = coopnb(tmp_path, "run", "app-is-down", server="practice", domain=DOMAIN, remedy="none")

    assert ran.status == 0, ran.out + ran.err
    assert [entry["step"] for entry in ran.entries if entry["event"] == "happened"] == ["gather", "verify", "close"]
    words = f"service {STACK}_app: image nginx:1.28.0 -> nginx:1.26.3"
    told = [f"{event['subject']}: {event['text']}" for entry in _happened(ran) for event in entry["events"]]
    assert words in told
    assert record_text(ran).count(words) == 1
    assert f"config coopnb_{STACK}_" in record_text(ran)
    assert all(entry["since"] <= event["at"] <= entry["at"] for entry in _happened(ran) for event in entry["events"])


def test_an_incident_goes_on_where_events_are_forbidden(tmp_path: Path) -> None:
    """Behind a proxy that keeps events to itself an incident must be closed as ever, and say what it does not know."""
    with practice_place(tmp_path) as place, without_events(place.engine.url, tmp_path) as url:
        place.approved(recipe="hello", domain=DOMAIN)
        ran = coopnb(tmp_path, "run", "app-is-down", server=url, domain=DOMAIN, remedy="none")

    assert ran.status == 0, ran.out + ran.err
    assert ran.facts("closed")["ending"] == "resolved"
    assert "The swarm's own events: the engine refused: events are not for you." in ran.out
    assert "Not read: the swarm's own events: the engine refused: events are not for you." in record_text(ran)
    assert record_text(ran).count("not read: the swarm's own events") == 1


def _happened(ran: Ran) -> list[dict[str, Any]]:
    return [entry["facts"] for entry in ran.entries if entry["event"] == "happened"]


@contextmanager
def without_events(url: str, folder: Path) -> Iterator[str]:
    """A proxy before an engine, as people put one there, which lets everything through but ``/events``."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(folder / "proxy.sock"))
    listener.listen()

    def serve(client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as engine:
            engine.connect(url.removeprefix("unix://"))
            back = threading.Thread(target=copy, args=(engine, client))
            back.start()
            while data := client.recv(65536):
                if b"/events?" in data.split(b"\r\n", 1)[0]:
                    client.sendall(response(b'{"message":"events are not for you"}', "403 Forbidden"))
                else:
                    engine.sendall(data)
            engine.shutdown(socket.SHUT_RDWR)
            back.join(5)

    def accept() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(client,), daemon=True).start()

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield f"unix://{folder / 'proxy.sock'}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def copy(source: socket.socket, target: socket.socket) -> None:
    """Pass on what one end says, until it hangs up or the other has."""
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        return
