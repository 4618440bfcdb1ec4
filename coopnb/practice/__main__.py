"""The practice process: ``python -m coopnb.practice serve --socket PATH``."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import logging
import os
import signal
import sys
from pathlib import Path

from coopnb.practice.clock import MODES
from coopnb.practice.home import LOCK, hold

_HOME_CHECK = 2.0
"""Seconds between two looks at whether the directory is still there."""

_EPILOG = """\
Then, in another terminal:

  docker -H unix://PATH node ls
  docker -H unix://PATH stack deploy -c compose.yml demo
  docker -H unix://PATH stack services demo

Nothing that is deployed here runs: images, containers, their health and their logs are simulated, as the
world file says. The clock is 'real' for people, and 'auto' for tests: there time moves only when a client
reads a list of tasks, services, containers or nodes again and nothing in it is new. A 'stepped' clock moves
only when it is told to (coopnb practice advance).
"""


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; 2 when something that was given is wrong, 1 when it cannot listen."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if not given.socket and not given.directory:
        parser.error("one of --socket and --directory is needed")
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    home = Path(os.path.abspath(given.directory or Path(given.socket).parent))
    if not home.is_dir():
        return _complain(f"{home}: no such directory")
    if not given.directory:
        return asyncio.run(_serve(given, home))
    lock = hold(home / LOCK)
    if lock is None:
        return _complain(f"{home}: another practice swarm serves here", 1)
    try:
        return asyncio.run(_serve(given, home))
    finally:
        os.close(lock)


async def _serve(given: argparse.Namespace, home: Path) -> int:
    from coopnb.practice.house import House, HouseError
    from coopnb.practice.wish import Wish, WishError

    # A swarm is many small lasting values and few cycles: looking for cycles at Python's usual pace takes a third
    # of the time of a large list.
    gc.set_threshold(50_000, 20, 100)
    wish = Wish(
        home,
        private=bool(given.directory),
        socket=Path(os.path.abspath(given.socket)) if given.socket else None,
        tcp=given.tcp,
        clock=given.clock,
        speed=given.speed,
        world=Path(given.world) if given.world else None,
        nodes=given.nodes,
        seed=given.seed,
        state=Path(os.path.abspath(given.state)) if given.state else None,
    )
    try:
        house = House(wish)
    except WishError as error:
        return _complain(str(error))
    except HouseError as error:
        return _complain(str(error), 1)
    try:
        over = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, over.set)
        if given.life_fd is not None:
            asyncio.get_running_loop().add_reader(given.life_fd, over.set)
        _say_ready(given.ready_fd)
        await _until_over_or_homeless(over, home)
    finally:
        house.close()
    return 0


async def _until_over_or_homeless(over: asyncio.Event, home: Path) -> None:
    """Wait for a signal, or until the directory is gone: a removed workspace leaves no process behind."""
    inode = home.stat().st_ino
    while True:
        try:
            await asyncio.wait_for(over.wait(), timeout=_HOME_CHECK)
            return
        except TimeoutError:
            try:
                if home.stat().st_ino != inode:
                    return
            except OSError:
                return


def _say_ready(descriptor: int | None) -> None:
    if descriptor is not None:
        with contextlib.suppress(OSError):
            os.write(descriptor, b"ready\n")
        os.close(descriptor)
    else:
        print("ready", flush=True)


def _complain(text: str, status: int = 2) -> int:
    print(f"practice: {text}", file=sys.stderr, flush=True)
    return status


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number <= 10_000:
        raise argparse.ArgumentTypeError("expected a number above 0, at most 10000")
    return number


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m coopnb.practice",
        description="A simulated Docker Engine in swarm mode, on a unix socket.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser(
        "serve",
        help="serve one practice swarm until SIGTERM",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    serve.add_argument("--socket", metavar="PATH", help="the unix socket of the manager's engine (mode 0600)")
    serve.add_argument(
        "--directory",
        metavar="DIR",
        help="a home: control.sock, and nodes/<hostname>.sock for the other engines; it ends when that is removed",
    )
    serve.add_argument("--tcp", default="", metavar="ADDRESS", help="a loopback address beside, as 127.0.0.1:2375")
    serve.add_argument("--clock", choices=MODES, default="", help="how time moves (default: real)")
    serve.add_argument("--speed", type=_positive, default=0.0, metavar="X", help="a real clock X times as fast")
    serve.add_argument("--world", metavar="FILE", help="a world in YAML (default: three nodes, network 'proxy')")
    serve.add_argument("--nodes", type=int, metavar="N", help="so many nodes instead of the world's")
    serve.add_argument("--seed", type=int, metavar="N", help="replaces the world's seed, from which all ids come")
    serve.add_argument("--state", metavar="FILE", help="begin with this file when it is there, and be kept in it")
    serve.add_argument("--ready-fd", type=int, metavar="FD", help=argparse.SUPPRESS)
    serve.add_argument("--life-fd", type=int, metavar="FD", help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
