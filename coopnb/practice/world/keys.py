"""The keys that a world file may have: the reader and docs/practice-worlds.md are made from these tables."""

from __future__ import annotations

from typing import Any

from coopnb.practice.clock import SECOND
from coopnb.practice.world.seeds import BEHAVIOURS, ExecSeed, LogSeed, ServeSeed
from coopnb.practice.world.values import (
    Key,
    any_text,
    api_version,
    choice,
    expected,
    flag,
    integer,
    items,
    mapping,
    numbers_by_name,
    seconds,
    size,
    text,
    texts_by_name,
)


def _health_test(value: Any, path: str) -> list[str]:
    if isinstance(value, str) and value:
        return ["CMD-SHELL", value]
    if isinstance(value, list) and value and all(isinstance(word, str) for word in value):
        return value if value[0] in ("CMD", "CMD-SHELL", "NONE") else ["CMD", *value]
    raise expected(path, "a command: a string for the shell, or a list of words")


HEALTHCHECK_KEYS = (
    Key("test", "command", "the probe: a string for the shell, or a list of words", _health_test, required=True),
    Key("interval", "seconds", "between two probes", seconds, 30 * SECOND),
    Key("timeout", "seconds", "after which a probe has failed", seconds, 30 * SECOND),
    Key("retries", "number", "of failures in a row that make it unhealthy", integer, 3),
    Key("start_period", "seconds", "in which failures do not count", seconds, 0),
    Key("start_interval", "seconds", "between two probes in the start period", seconds, 0),
)

_LOG_KEYS = (
    Key("text", "text", "the line", text, required=True),
    Key("at", "seconds", "after the container's start", seconds, 0),
    Key("every", "seconds", "after which it is printed again, and again", seconds, 0),
    Key("stderr", "true or false", "whether it goes to stderr", flag, False),
)
_read_log = mapping(_LOG_KEYS)

_ANSWER_KEYS = (
    Key("output", "text", "what it prints", any_text, ""),
    Key("error", "text", "what it prints to stderr", any_text, ""),
    Key("exit", "number", "its exit code", integer, 0),
)
_read_answer = mapping(_ANSWER_KEYS)

_SERVE_KEYS = (
    Key("port", "number", "the port inside the container", integer, required=True),
    Key("path", "text", "the path, and all below it", text, "/"),
    Key("status", "number", "the HTTP status", integer, 200),
    Key("body", "text", "the body", any_text, ""),
)
_read_serve = mapping(_SERVE_KEYS)


def _log(value: Any, path: str) -> LogSeed:
    if isinstance(value, str):
        return LogSeed(value)
    if not isinstance(value, dict):
        raise expected(path, "a string, or a mapping with text, at, every, stderr")
    return LogSeed(**_read_log(value, path))


def _execs(value: Any, path: str) -> tuple[ExecSeed, ...]:
    if not isinstance(value, dict) or not all(isinstance(command, str) for command in value):
        raise expected(path, "a mapping from the beginning of a command to its answer")
    found = []
    for command, answer in value.items():
        if isinstance(answer, str):
            found.append(ExecSeed(command, answer))
        else:
            found.append(ExecSeed(command, **_read_answer(answer, f"{path}.{command}")))
    return tuple(found)


def _serve(value: Any, path: str) -> ServeSeed:
    return ServeSeed(**_read_serve(value, path))


def _healthcheck(value: Any, path: str) -> dict[str, Any]:
    found = mapping(HEALTHCHECK_KEYS)(value, path)
    names = {"test": "Test", "interval": "Interval", "timeout": "Timeout", "retries": "Retries"}
    names |= {"start_period": "StartPeriod", "start_interval": "StartInterval"}
    return {names[name]: item for name, item in found.items() if item}


BEHAVIOUR_KEYS = (
    Key("behaviour", "one of the behaviours", "what it does when it runs", choice(*BEHAVIOURS)),
    Key("starts_in", "seconds", "from the order to start until it runs (0.2)", seconds),
    Key("healthy_after", "seconds", "from its start until probes pass (2)", seconds),
    Key("crash_after", "seconds", "from its start until it ends, for crash, out-of-memory and exit (1)", seconds),
    Key("exit_code", "number", "with which it ends, for crash and crash-on-start (1)", integer),
    Key("pull", "seconds", "that the first pull on each node takes (0.5)", seconds),
    Key("stop_after", "seconds", "from SIGTERM until it has stopped (0.2)", seconds),
    Key("stop_code", "number", "with which it ends on SIGTERM (0)", integer),
    Key("memory", "size", "what it needs: a container with a lower limit is killed (137)", size),
    Key("logs", "list", "lines that it prints: texts, or mappings of text, at, every, stderr", items(_log)),
    Key("exec", "mapping", "beginnings of commands, each with its output, or output, error and exit", _execs),
    Key("serves", "list", "what curl or wget get inside it: port, path, status, body", items(_serve)),
    Key("healthcheck", "mapping", "the image's own HEALTHCHECK: test, interval, timeout, ...", _healthcheck),
    Key("healthy_output", "text", "what a probe that passes prints", any_text),
    Key("failing_output", "text", "what a probe that fails prints", any_text),
    Key("failing_exit", "number", "the exit code of a probe that fails, with failing_output (1)", integer),
    Key("commands", "list", "the programs it has; an entrypoint that is not there fails to start", items(text)),
)


def _versions(value: Any, path: str) -> dict[str, dict[str, Any]]:
    if not isinstance(value, dict) or not value:
        raise expected(path, "a mapping from a tag to what is different in it")
    read = mapping(BEHAVIOUR_KEYS)
    found = {}
    for tag, item in value.items():
        if not isinstance(tag, str):
            raise expected(f"{path}.{tag}", f"a tag in quotes: '{tag}'")
        found[tag] = read({} if item is None else item, f"{path}.{tag}")
    return found


IMAGE_KEYS = (
    Key("match", "pattern", "the images meant: a shell pattern on the name with its tag (nginx:1.*)", text),
    Key("image", "text", "instead of match: a name without a tag, whose tags are listed in versions", text),
    Key("versions", "mapping", "tags of image, each with what is different in it; other tags are missing", _versions),
    *BEHAVIOUR_KEYS,
)

NODE_KEYS = (
    Key("hostname", "text", "its name", text, required=True),
    Key(
        "role",
        "manager or worker",
        "its role; the first manager is the one that is asked",
        choice("manager", "worker"),
        "worker",
    ),
    Key("labels", "mapping", "node labels", texts_by_name, {}),
    Key("engine_labels", "mapping", "labels of its engine", texts_by_name, {}),
    Key("cpus", "number", "of CPUs (4)", seconds, 4 * SECOND),
    Key("memory", "size", "how much it has (8GiB)", size, 8 * 2**30),
    Key("generic", "mapping", "how many it has of generic resources, such as `{gpu: 2}`", numbers_by_name, {}),
    Key("availability", "word", "active, pause or drain", choice("active", "pause", "drain"), "active"),
    Key("architecture", "text", "as the kernel names it (x86_64)", text, "x86_64"),
    Key("os", "text", "its operating system (linux)", text, "linux"),
    Key("paths", "list", "what can be bind-mounted beside the common paths; patterns allowed", items(text), ()),
)

NETWORK_KEYS = (
    Key("name", "text", "its name", text, required=True),
    Key("attachable", "true or false", "whether containers may join it", flag, False),
    Key("internal", "true or false", "whether it has no way out", flag, False),
    Key("labels", "mapping", "its labels", texts_by_name, {}),
)


def _settings(value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
        raise expected(path, "a mapping of settings")
    return dict(value)


FAULT_KEYS = (
    Key("at", "seconds", "after the swarm began", seconds, required=True),
    Key("fault", "name", "one of the faults below", text, required=True),
    Key("target", "text", "what it hits", any_text, ""),
    Key("settings", "mapping", "further settings of the fault", _settings, {}),
)


def _nodes(value: Any, path: str) -> Any:
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 1000:
        return value
    if not isinstance(value, list):
        raise expected(path, "a list, or a number from 1 to 1000")
    return items(mapping(NODE_KEYS))(value, path)


WORLD_KEYS = (
    Key("seed", "number", "from which all ids come (1)", integer, 1),
    Key("nodes", "list or number", "the nodes; a number makes node1, the manager, to nodeN (3)", _nodes, 3),
    Key("networks", "list", "overlay networks that are there", items(mapping(NETWORK_KEYS)), ()),
    Key("images", "list", "what images do; the first that matches counts", items(mapping(IMAGE_KEYS)), ()),
    Key(
        "unknown_images",
        "run or missing",
        "what is with images that are not named here",
        choice("run", "missing"),
        "run",
    ),
    Key("minimum_api", "text", "the oldest Engine API version that is answered, such as '1.44'", api_version),
    Key("faults", "list", "faults on a schedule", items(mapping(FAULT_KEYS)), ()),
)
