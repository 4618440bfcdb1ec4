"""/exec: commands inside containers; what they answer the world says."""

from __future__ import annotations

import hashlib
import struct

from coopnb.practice.containers import Container
from coopnb.practice.engines import Engine
from coopnb.practice.execs import Exec
from coopnb.practice.handlers.asked import asked_engine
from coopnb.practice.handlers.containers import find_container
from coopnb.practice.handlers.logs import MULTIPLEXED, RAW
from coopnb.practice.handlers.query import read_uint32
from coopnb.practice.objects import Json
from coopnb.practice.shell import Shell
from coopnb.practice.specs.shape import read_json
from coopnb.practice.specs.shapes import EXEC_CREATE, EXEC_START
from coopnb.practice.swarm import PracticeSwarm
from coopnb.practice.wire import Ear, End, Request, Response, Write, empty, json_response
from coopnb.practice.wire_errors import Refusal
from coopnb.practice.world import Answer, answer_exec
from coopnb.practice.world.answers import has_command

_SHELLS = ("sh", "bash", "ash", "dash")
_MOST_EXECS = 1000
_FIRST_PID = 10_000


def create_exec(swarm: PracticeSwarm, request: Request, reference: str) -> Response:
    """Prepare a command in a running container."""
    wanted = read_json(request, EXEC_CREATE)
    if not wanted.get("Cmd"):
        raise Refusal(400, "No exec command specified")
    engine = asked_engine(swarm, request)
    container = find_container(swarm, engine, reference)
    if container.state != "running":
        raise Refusal(409, f"container {container.id} is not running")
    command = wanted["Cmd"]
    engine.execs_made += 1
    made = Exec(
        id=_exec_id(container, engine.execs_made, command),
        container_id=container.id,
        command=command,
        tty=wanted.get("Tty", False),
        stdin=wanted.get("AttachStdin", False),
        stdout=wanted.get("AttachStdout", False),
        stderr=wanted.get("AttachStderr", False),
        privileged=wanted.get("Privileged", False),
        user=wanted.get("User", ""),
        directory=wanted.get("WorkingDir", ""),
        environment=wanted.get("Env") or [],
        pid=_FIRST_PID + engine.execs_made,
    )
    _forget_old(engine)
    engine.execs[made.id] = made
    swarm.containers.tell(container, f"exec_create: {' '.join(command)}", execID=made.id)
    return json_response({"Id": made.id}, 201)


def start_exec(swarm: PracticeSwarm, request: Request, exec_id: str) -> Response:
    """Run a prepared command, its streams on the connection (or detached)."""
    wanted = read_json(request, EXEC_START)
    engine = asked_engine(swarm, request)
    found = _find(engine, exec_id)
    container = _its_container(swarm, engine, found)
    kind = RAW if found.tty or request.version < (1, 42) else MULTIPLEXED
    if found.started:
        why = f"exec command {found.id} " + ("is already running" if found.running else "has already run")
        if wanted.get("Detach"):
            raise Refusal(409, why)
        # dockerd takes the connection over before it looks: the refusal arrives as output (its exec router).
        return Response(200, _framed(f"{why}\r\n", 1, found.tty), kind, hijack=_hang_up)
    found.started = found.running = True
    swarm.containers.tell(container, f"exec_start: {' '.join(found.command)}", execID=found.id)
    run = _Run(swarm, found, container)
    if run.is_conversation and not wanted.get("Detach"):
        return Response(200, b"", kind, hijack=run.converse)
    printed = run.to_the_end()
    return empty() if wanted.get("Detach") else Response(200, printed, kind, hijack=_hang_up)


def inspect_exec(swarm: PracticeSwarm, request: Request, exec_id: str) -> Response:
    """Show a command: whether it runs, and how it ended."""
    found = _find(asked_engine(swarm, request), exec_id)
    entry: Json = {
        "tty": found.tty,
        "entrypoint": found.command[0],
        "arguments": found.command[1:],
        "privileged": found.privileged,
        "user": found.user,
    }
    return json_response(
        {
            "ID": found.id,
            "Running": found.running,
            "ExitCode": found.exit_code,
            "ProcessConfig": entry,
            "OpenStdin": found.stdin,
            "OpenStderr": found.stderr,
            "OpenStdout": found.stdout,
            "CanRemove": not found.running and found.started,
            "ContainerID": found.container_id,
            "DetachKeys": "",
            "Pid": found.pid if found.started else 0,
        }
    )


def resize_exec(swarm: PracticeSwarm, request: Request, exec_id: str) -> Response:
    """Take note of a terminal's size, which changes nothing here."""
    read_uint32(request, "h", "resize height")
    read_uint32(request, "w", "resize width")
    _find(asked_engine(swarm, request), exec_id)
    return empty()


class _Run:
    """One command that runs: to its end at once, or a shell that listens until it is left."""

    def __init__(self, swarm: PracticeSwarm, found: Exec, container: Container) -> None:
        self._swarm = swarm
        self._exec = found
        self._container = container
        self._image = swarm.world.image(container.image)

    @property
    def is_conversation(self) -> bool:
        """Whether it is a shell that somebody types into."""
        program, *words = self._exec.command
        shell = program.rpartition("/")[2] in _SHELLS and not any(word.startswith("-c") for word in words)
        return shell and self._exec.stdin and has_command(self._image, program)

    def to_the_end(self) -> bytes:
        """Run the command to its end; what it prints, as the client wants it."""
        program = self._exec.command[0]
        if has_command(self._image, program):
            answer = answer_exec(self._image, self._exec.command, serving=self._serving())
        else:
            why = "no such file or directory" if "/" in program else "executable file not found in $PATH"
            why = f"stat {program}: {why}" if "/" in program else why
            text = f'unable to start container process: exec: "{program}": {why}: unknown\r\n'
            answer = Answer(f"OCI runtime exec failed: exec failed: {text}", exit=127)
        self._end(answer.exit)
        printed = ((answer.output, 1), (answer.error, 2))
        return b"".join(self._frame(_for_terminal(text) if self._exec.tty else text, at) for text, at in printed)

    def converse(self, write: Write, end: End) -> Ear:
        """Let somebody type, until the shell is left."""

        def done(code: int) -> None:
            self._end(code)
            end()

        def run(line: str) -> Answer:
            return answer_exec(self._image, [self._exec.command[0], "-c", line], serving=self._serving())

        def print_(text: str, stream: int) -> None:
            write(self._frame(text, stream))

        shell = Shell(run, print_, done, self._exec.tty)
        shell.begin()
        return Ear(shell.feed, shell.finish, lambda: self._end(128 + 9))

    def _serving(self) -> bool:
        return self._container.health in ("", "healthy")

    def _frame(self, text: str, stream: int) -> bytes:
        attached = self._exec.tty or (self._exec.stdout if stream == 1 else self._exec.stderr)
        return _framed(text, stream, self._exec.tty) if attached else b""

    def _end(self, code: int) -> None:
        if self._exec.running:
            self._exec.running, self._exec.exit_code = False, code
            self._swarm.containers.tell(self._container, "exec_die", execID=self._exec.id, exitCode=str(code))


def _framed(text: str, stream: int, tty: bool) -> bytes:
    data = text.encode()
    return data if tty or not data else struct.pack(">BxxxL", stream, len(data)) + data


def _hang_up(_write: Write, end: End) -> Ear:
    end()
    return Ear()


def _for_terminal(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\n", "\r\n")


def _exec_id(container: Container, number: int, command: list[str]) -> str:
    """An id that follows from what is run and when, so that a command more takes no id from the swarm."""
    about = f"practice exec {container.id} {number} {command}"
    return hashlib.sha256(about.encode("utf-8", "replace")).hexdigest()


def _forget_old(engine: Engine) -> None:
    """Keep no more than so many commands; a real engine forgets those that ended after five minutes."""
    for exec_id in [item.id for item in engine.execs.values() if not item.running][: -_MOST_EXECS or None]:
        del engine.execs[exec_id]


def _find(engine: Engine, exec_id: str) -> Exec:
    if exec_id not in engine.execs:
        raise Refusal(404, f"No such exec instance: {exec_id}")
    return engine.execs[exec_id]


def _its_container(swarm: PracticeSwarm, engine: Engine, found: Exec) -> Container:
    container = swarm.containers.get(found.container_id)
    if container is None or container.node_id != engine.node_id:
        raise Refusal(404, f"No such container: {found.id}")
    if container.state != "running":
        raise Refusal(409, f"container {container.id} is not running")
    return container
