"""The kernel that executes a copy: who asks it, how it is stopped, and what it says of itself."""

from __future__ import annotations

import asyncio
import atexit
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from traitlets.config import Config

from coopnb import errors

_LAST_WORDS = 20
"""Lines of what a kernel said of itself that are shown when it died."""


@contextmanager
def client_for(notebook: Any, folder: Path) -> Iterator[Client]:
    """A client that keeps nothing in the notebook but what cells wrote: no widget state, no clock.

    Its kernel listens on sockets of this user's own, not on ports that everybody on the machine can reach. What the
    kernel says of itself beside the cells (ipykernel may trip over its own channels while it ends) is no news to an
    operator; it is kept until the client is gone, for the case that the kernel dies.
    """
    with TemporaryDirectory(prefix="coopnb-kernel-") as own, Path(own, "said").open("wb+") as said:
        config = Config({"KernelManager": {"transport": "ipc", "ip": f"{own}/kernel"}})
        client = _client(notebook, folder, config, said)
        try:
            yield client
        finally:
            # nbclient forgets this when a kernel does not start, and prints a traceback when the process ends.
            atexit.unregister(client._cleanup_kernel)


def _client(notebook: Any, folder: Path, config: Config, said: BinaryIO) -> Client:
    client = Client(
        notebook,
        timeout=None,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        store_widget_state=False,
        record_timing=False,
        config=config,
    )
    client.said = said
    return client


class Client(NotebookClient):
    """nbclient's, but Ctrl-C goes to the running cell, which knows how to stop its watch, and kills no kernel."""

    interrupted = False
    running = False
    said: BinaryIO

    async def listen_for_ctrl_c(self) -> None:
        """Take Ctrl-C from here on, and one that was held back; a kernel that is started inherits no hold."""
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, self._interrupt)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        # The loop tells its handlers when it turns.
        await asyncio.sleep(0)

    async def async_start_new_kernel(self, **kwargs: Any) -> None:
        """Start the kernel, unless Ctrl-C came first; nbclient calls this."""
        self._stop_if_interrupted()
        # Whoever sets the handler last has it, and nbclient sets its own right before.
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, self._interrupt)
        await super().async_start_new_kernel(**kwargs, stderr=self.said)

    @contextmanager
    def heard_when_it_dies(self, say: Callable[[str], None]) -> Iterator[None]:
        """Pass on the kernel's last words if it dies; one that dies while it starts is told by a RuntimeError."""
        try:
            yield
        except (DeadKernelError, RuntimeError):
            self.said.seek(0)
            words = self.said.read().decode("utf-8", "replace").splitlines()[-_LAST_WORDS:]
            if words:
                say("\n".join(words))
            raise

    async def execute_interruptibly(self, cell: Any, index: int) -> None:
        """Execute a cell; none is begun after Ctrl-C."""
        self._stop_if_interrupted()
        self.running = True
        try:
            await self.async_execute_cell(cell, index)
        finally:
            self.running = False
        self._stop_if_interrupted()

    def _stop_if_interrupted(self) -> None:
        if self.interrupted:
            raise _between_steps()

    def _interrupt(self) -> None:
        self.interrupted = True
        if self.running:
            # The manager that nbclient makes is an async one, which its annotation does not say.
            manager: Any = self.km
            self._interrupting = asyncio.ensure_future(manager.interrupt_kernel())


def _between_steps() -> errors.Interrupted:
    return errors.Interrupted(
        "the run was stopped before its next step",
        hint="Run it again: its plan starts from what is there, and asks anew.",
    )
