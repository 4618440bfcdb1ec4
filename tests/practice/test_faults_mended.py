"""Whatever goes wrong in whatever order: when all of it is mended, everything runs again as it should."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coopnb.practice.clock import SECOND
from coopnb.practice.fault_table import FAULTS
from coopnb.practice.faults import FaultError
from coopnb.practice.objects import Node, Task, TaskState
from tests.practice.driver import Driver

NODES = ("node1", "node2", "node3")
SERVICES = ("web", "checked", "everywhere")
CHECK = {"Test": ["CMD", "probe"], "Interval": 2 * SECOND, "Retries": 2}
TARGETS = {"node": NODES, "registry": ("", "registry-1.docker.io"), "image": ("nginx:*",), "nothing": ("",)}
_IMPOSSIBLE = ("is running", "was not withdrawn", "has no healthcheck")
TROUBLES = tuple((fault.name, target) for fault in FAULTS for target in TARGETS.get(fault.target, SERVICES))


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(st.sampled_from(TROUBLES), st.sampled_from((0.0, 0.3, 2.0, 7.5, 16.0, 40.0))), min_size=1, max_size=12
    )
)
def test_everything_that_is_mended_runs_again(story: list[tuple[tuple[str, str], float]]) -> None:
    """After all faults have ended every node must be ready, every slot run once, and no container be left over."""
    driver = Driver()
    restart = {"RestartPolicy": {"Delay": SECOND}}
    driver.create("web", "nginx:1", replicas=4, template=restart)
    driver.create("checked", replicas=2, container={"Healthcheck": CHECK, "StopGracePeriod": SECOND}, template=restart)
    driver.create("everywhere", template=restart, Mode={"Global": {}})
    driver.advance(5)
    for (name, target), seconds in story:
        try:
            driver.swarm.faults.apply(name, target)
        except FaultError as error:
            assert error.what.endswith(_IMPOSSIBLE)
        driver.advance(seconds)
    _mend(driver)
    driver.advance(240)
    store = driver.swarm.store
    assert {node.state for node in store.all(Node)} == {"ready"}
    running = [task for task in store.all(Task) if task.state == TaskState.RUNNING]
    assert sorted((task.service_name, task.place) for task in running if task.service_name != "everywhere") == [
        *(("checked", (slot, "")) for slot in (1, 2)),
        *(("web", (slot, "")) for slot in (1, 2, 3, 4)),
    ]
    assert {task.node_id for task in running if task.service_name == "everywhere"} == {n.id for n in store.all(Node)}
    assert all(task.desired == TaskState.RUNNING for task in running)
    containers = driver.swarm.containers.all()
    assert {item.task.id for item in containers if item.state == "running"} == {task.id for task in running}
    assert {item.task.id for item in containers} <= {task.id for task in store.all(Task)}


def _mend(driver: Driver) -> None:
    for active in driver.swarm.faults.active():
        inverse = next(fault.inverse for fault in FAULTS if fault.name == active.name)
        target = "" if inverse.startswith("manager") or active.target == "*" else active.target
        driver.swarm.faults.apply(inverse, target)
    assert driver.swarm.faults.active() == []
