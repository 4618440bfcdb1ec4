"""State saved and opened again: the same bytes from every list, and the same future; or a clear complaint."""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coopnb.practice.clock import EPOCH, SECOND, Clock, RealClock
from coopnb.practice.journal import JournalError, write_state
from coopnb.practice.reopen import reopen, reopen_file
from coopnb.practice.routes import answer, read_request
from coopnb.practice.swarm import PracticeSwarm
from coopnb.practice.world import load_world
from tests.practice.driver import Driver, spec
from tests.practice.histories import Step, everything, histories, long_history, perform


@settings(max_examples=40, deadline=None)
@given(histories(), histories(8), st.sampled_from(("stepped", "auto")))
def test_a_swarm_that_is_opened_again_is_the_same_and_goes_on_the_same(
    history: list[Step], future: list[Step], mode: str
) -> None:
    """After saving and opening, every list, event and log must have the same bytes, and so must what comes then."""
    driver = Driver(mode=mode)
    for step in history:
        perform(driver, step)
        driver.ask("GET", "/tasks")
    saved = driver.swarm.save()
    again = _driver(reopen(saved))
    assert again.swarm.save() == saved
    assert everything(again) == everything(driver)
    for step in future:
        assert perform(again, step) == perform(driver, step)
    driver.advance(30)
    again.advance(30)
    assert everything(again) == everything(driver)
    assert again.swarm.save() == driver.swarm.save()


def test_a_long_history_is_opened_again() -> None:
    """Hours of mixed work and faults must come back byte for byte, and go on as they would have."""
    driver = Driver(seed=3)
    for step in long_history(3, 150):
        perform(driver, step)
    again = _driver(reopen(driver.swarm.save()))
    assert everything(again) == everything(driver)
    for step in long_history(4, 50):
        assert perform(again, step) == perform(driver, step)
    assert everything(again) == everything(driver)


def test_a_state_is_kept_in_a_file_of_its_owner(tmp_path: Path) -> None:
    """The file must be readable by its owner only, replaced as a whole, and lead to the same swarm."""
    driver, path = Driver(), tmp_path / "state.jsonl"
    driver.create("web", replicas=3)
    driver.advance(2)
    write_state(path, "an older state\n")
    write_state(path, driver.swarm.save())
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["state.jsonl"]
    assert everything(_driver(reopen_file(path))) == everything(driver)


def test_a_state_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    """A place that cannot be written to must be named, and nothing be left behind."""
    with pytest.raises(JournalError, match=r"missing/state: the state cannot be written: No such file"):
        write_state(tmp_path / "missing" / "state", "text")
    (tmp_path / "state").mkdir()
    with pytest.raises(JournalError, match="Is a directory"):
        write_state(tmp_path / "state", "text")
    assert [entry.name for entry in tmp_path.iterdir()] == ["state"]


def test_the_value_of_a_secret_is_not_in_the_file() -> None:
    """Secret data must be saved as as many zeros, whatever the case of the key or the encoding of the path."""
    driver = Driver()
    value = base64.b64encode(b"correct horse battery").decode()
    for number, (path, key) in enumerate((("/secrets/create", "Data"), ("/v1.44/secrets/%63reate", "dATA"))):
        said = driver.call("POST", path, {"Name": f"s{number}", "Labels": {}, key: value})
        assert said.status == 201
    secret = driver.get("/secrets/s0")
    target = f"/secrets/s0/update?version={secret['Version']['Index']}"
    assert driver.call("POST", target, {"Name": "s0", "Labels": {"a": "b"}, "Data": value}).status == 200
    saved = driver.swarm.save()
    assert value not in saved and "correct horse" not in saved
    again = _driver(reopen(saved))
    assert everything(again) == everything(driver)
    assert again.get("/secrets/s0")["Spec"]["Labels"] == {"a": "b"}


def test_refused_calls_and_reads_are_not_noted() -> None:
    """Only accepted writes belong to the state, so a client's mistakes must neither be kept nor cost an id."""
    driver, careful = Driver(), Driver()
    careful.create("web")
    driver.create("web")
    mistakes: list[tuple[str, str, object]] = [
        ("POST", "/services/create", spec("web")),
        ("POST", "/services/create", b"{"),
        ("POST", "/networks/create", {"Name": "proxy", "Driver": "overlay"}),
        ("POST", "/secrets/create", {"Name": "s"}),
        ("POST", "/services/web/update?version=1", spec("web")),
        ("DELETE", "/services/nobody", None),
        ("POST", "/nodes/node1/update?version=1", {"Role": "worker", "Availability": "active"}),
    ]
    for method, target, body in mistakes:
        assert driver.call(method, target, body).status >= 400
    driver.get("/tasks")
    assert driver.swarm.save() == careful.swarm.save()


def test_what_was_typed_into_a_shell_is_not_kept() -> None:
    """A shell that was open must have ended when the swarm is opened again, and its words must not be in the file."""
    driver = Driver()
    driver.create("web", template={"Placement": {"Constraints": ["node.role==manager"]}})
    driver.advance(3)
    (container,) = driver.get("/containers/json")
    wanted = {"Cmd": ["sh"], "AttachStdin": True, "AttachStdout": True, "Tty": True}
    exec_id = driver.call("POST", f"/containers/{container['Id']}/exec", wanted).body["Id"]
    response = driver.ask("POST", f"/exec/{exec_id}/start", {"Tty": True})
    assert response.hijack is not None
    response.hijack(lambda _data: None, lambda: None).data(b"echo typed words\n")
    assert driver.get(f"/exec/{exec_id}/json")["Running"]
    saved = driver.swarm.save()
    assert "typed words" not in saved
    again = _driver(reopen(saved))
    assert again.get(f"/exec/{exec_id}/json")["Running"] is False
    assert again.get("/tasks") == driver.get("/tasks")


def test_a_body_that_is_no_text_is_kept() -> None:
    """Bytes that are not UTF-8 are read leniently by the swarm, so they must be kept as they came."""
    driver = Driver()
    body = json.dumps(spec("web", Labels={"note": "X"})).encode().replace(b"X", b"\xff\xe2\x80\xa8")
    assert driver.ask("POST", "/services/create", body).status == 201
    assert everything(_driver(reopen(driver.swarm.save()))) == everything(driver)


def test_a_world_with_other_nodes_can_be_saved() -> None:
    """A world of a file with more nodes than the file says must come back with them."""
    world = load_world()
    more = dataclasses.replace(world, nodes=(*world.nodes, dataclasses.replace(world.nodes[1], hostname="extra")))
    driver = Driver(more, seed=7)
    again = _driver(reopen(driver.swarm.save()))
    assert [node["Description"]["Hostname"] for node in again.get("/nodes")][-1] == "extra"
    assert everything(again) == everything(driver)


def test_a_world_that_was_made_in_python_cannot_be_saved() -> None:
    """A world without a file must be refused when saving, not when opening."""
    with pytest.raises(JournalError, match="was made in Python"):
        PracticeSwarm(dataclasses.replace(load_world(), text="")).save()
    with pytest.raises(JournalError, match="was changed after it was read"):
        PracticeSwarm(dataclasses.replace(load_world(), unknown_missing=True)).save()


def _without_end(text: str) -> str:
    return "\n".join(text.splitlines()[:-1]) + "\n"


DAMAGES: dict[str, tuple[Callable[[str], str], str]] = {
    "empty": (lambda _text: "", "state:1: this is no state of a practice swarm"),
    "another file": (lambda _text: '{"some": "json"}\n', "state:1: this is no state of a practice swarm"),
    "no JSON": (lambda _text: "services:\n  web:\n", "state:1: this is no state of a practice swarm"),
    "of the future": (
        lambda text: text.replace('"format": 1', '"format": 2'),
        "state:1: this is a state of a practice swarm of format 2, and format 1 is read here",
    ),
    "a head without seed": (lambda text: text.replace('"seed": 1', '"sead": 1'), "state:1: the line is damaged"),
    "a clock that is none": (lambda text: text.replace('"stepped"', '"broken"'), "state:1: there is no clock 'broken'"),
    "a world that is none": (lambda text: text.replace("hostname", "hostnome"), "state:1: its world: nodes.0"),
    "cut between lines": (_without_end, "state:3: the file ends here without its last line"),
    "cut in a line": (lambda text: text[:-20], "state:4: the file ends here without its last line"),
    "a line that is no JSON": (lambda text: text.replace('{"at"', '{"at', 1), "state:2: the line is damaged"),
    "a line of another kind": (lambda text: text.replace('"call"', '"cull"', 1), "state:2: the line is damaged"),
    "lines after the end": (lambda text: text + "{}\n", "state:5: the line is damaged"),
    "another seed": (
        lambda text: text.replace('"seed": 1', '"seed": 2'),
        "state:4: the calls in it lead to another state",
    ),
    "a call that is refused": (
        lambda text: text.replace('\\"app\\"', '\\"web\\"'),
        "state:3: POST /services/create was accepted when it was noted, and is refused (409)",
    ),
    "another time": (lambda text: text.replace('"events": 0', '"events": 9'), "state:2: only 0 of 9 events"),
}


@pytest.mark.parametrize(("damage", "complaint"), DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_file_is_refused_by_line(damage: Callable[[str], str], complaint: str) -> None:
    """Whatever is wrong with a file, the complaint must name file and line, and say what to do."""
    driver = Driver()
    driver.create("web")
    driver.create("app")
    driver.advance(3)
    with pytest.raises(JournalError) as caught:
        reopen(damage(driver.swarm.save()))
    assert complaint in str(caught.value)
    assert "; " in str(caught.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A missing file and one that is no text must be refused with their path."""
    with pytest.raises(JournalError, match="missing: the state cannot be read: No such file"):
        reopen_file(tmp_path / "missing")
    (tmp_path / "binary").write_bytes(b"\xff\x00")
    with pytest.raises(JournalError, match="binary: this is no state of a practice swarm: it is no text"):
        reopen_file(tmp_path / "binary")


def test_a_real_clock_goes_on_at_the_machines_time() -> None:
    """While a swarm is closed time stands still: what was pending comes as much later, and the clock says now."""
    seconds, wall = [50.0], [EPOCH]

    def clock(_mode: str = "real", now: int = 0, speed: float = 1.0) -> Clock:
        return RealClock(now=now, speed=speed, stopped=now != 0, monotonic=lambda: seconds[0], wall=lambda: wall[0])

    swarm = PracticeSwarm(None, clock())
    assert answer(swarm, read_request("POST", "/services/create", json.dumps(spec("web")).encode())).status == 201
    seconds[0] += 0.3
    saved = swarm.save()
    before = _driver(swarm)
    listed, remembered = before.get("/tasks"), swarm.events.past()
    left = swarm.clock.next_due() or 0
    closed_at = swarm.clock.now
    seconds[0], wall[0] = 10.0, EPOCH + 3600 * SECOND
    again = reopen(saved, make_clock=clock)
    assert (again.clock.now, again.clock.next_due()) == (wall[0], wall[0] + left - closed_at)
    assert (_driver(again).get("/tasks"), again.events.past()) == (listed, remembered)
    seconds[0] += 5
    assert _driver(again).states("web") == ["running"]
    twice = reopen(again.save(), make_clock=clock)
    assert _driver(twice).get("/tasks") == _driver(again).get("/tasks")
    assert twice.events.past() == again.events.past()


def test_a_clock_can_be_another_one_after_opening() -> None:
    """A state of a swarm whose time moved by itself must open on a clock that is moved by hand."""
    driver = Driver(mode="auto")
    driver.create("web")
    again = reopen(driver.swarm.save(), clock="stepped")
    assert (again.clock.mode, again.clock.now) == ("stepped", driver.swarm.clock.now)
    with pytest.raises(JournalError, match="there is no clock 'broken'; the clocks are auto, real, stepped"):
        reopen(driver.swarm.save(), clock="broken")


def _driver(swarm: PracticeSwarm) -> Driver:
    driver = Driver()
    driver.swarm = swarm
    return driver
