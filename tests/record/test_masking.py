"""No output of a kernel may carry a known value, wherever it leaves."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient

from coopnb.redaction import forms_of

V4: Any = nbformat.v4
ROOT = Path(__file__).resolve().parents[2]
SECRET = "Zk3mQ9vT1xLr8WbN4yHs6DfG2jKp7CqE"
MARK = "[masked db_password]"

# The value is spelled backwards: the cell that makes it known is sent out before it is known.
INSTALL = f"""
from coopnb.record import masking
from coopnb.redaction import Redactor
value = {SECRET[::-1]!r}[::-1]
redactor = Redactor()
redactor.add("db_password", value)
masking.install(get_ipython(), redactor)
masking.install(get_ipython(), redactor);
"""


def _environment() -> dict[str, str]:
    # Under pytest's own variable a kernel does not watch its file descriptors.
    kept = {name: text for name, text in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    return kept | {"PYTHONPATH": str(ROOT), "PYDEVD_DISABLE_FILE_VALIDATION": "1"}


class Kernel:
    """A real kernel, and every message it sends."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def run(self, code: str, seconds: float = 0.0) -> list[dict[str, Any]]:
        """Run a cell; give the reply and all that was published, to idle and some seconds after."""
        sent = self.client.execute(code)
        messages = []
        idle = False
        deadline = time.monotonic() + 30
        while not idle:
            message = self.client.get_iopub_msg(timeout=max(0.1, deadline - time.monotonic()))
            messages.append(message)
            idle = message["parent_header"].get("msg_id") == sent and message["content"] == {"execution_state": "idle"}
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            try:
                messages.append(self.client.get_iopub_msg(timeout=left))
            except queue.Empty:
                break
        messages.append(self.reply_to(sent))
        return messages

    def reply_to(self, sent: str) -> dict[str, Any]:
        """Give the reply to one request; those to others that nobody waited for are passed over."""
        while True:
            message: dict[str, Any] = self.client.get_shell_msg(timeout=10)
            if message["parent_header"].get("msg_id") == sent:
                return message


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    """Start a kernel with masking installed; shut it down afterwards."""
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(env=_environment(), cwd=str(ROOT))
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        started = Kernel(client)
        reply = started.run(INSTALL)[-1]
        assert reply["content"]["status"] == "ok", reply["content"]
        yield started
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.context.term()


def _written(messages: list[dict[str, Any]]) -> str:
    kept = [[message["header"]["msg_type"], message["content"], message["metadata"]] for message in messages]
    binary = b"".join(bytes(part) for message in messages for part in message.get("buffers", []))
    return json.dumps(kept, default=str, ensure_ascii=False) + binary.decode("latin-1")


def _stream(messages: list[dict[str, Any]], name: str = "stdout") -> str:
    return "".join(
        message["content"]["text"]
        for message in messages
        if message["header"]["msg_type"] == "stream" and message["content"]["name"] == name
    )


CASES = {
    "print": "print('x', value, 'y')",
    "display": "display({'text/plain': value, 'text/html': f'<b>{value}</b>', "
    "'application/json': {'k': [value], value: 1}}, raw=True)",
    "update display": "h = display('a', display_id=True); h.update(value)",
    "display metadata": "display({'text/plain': 'a'}, metadata={'coopnb': {'x': value}}, raw=True)",
    "result": "{'password': value}",
    "exception": "raise ValueError(f'refused for {value}')",
    "chained exception": "try:\n    int(value)\nexcept ValueError as error:\n    raise KeyError(value) from error",
    "code in a traceback": f"def f():\n    password = {SECRET!r}; return 1 / 0\nf()",
    "syntax error": f"password = {SECRET!r} 1",
    "source": f"password = {SECRET!r}",
    "widget state": "import ipywidgets; w = ipywidgets.Text(value=value, description=value); display(w)",
    "widget update": "w.value = 'a' + value",
    "widget bytes": "ipywidgets.Image(value=b'x' + value.encode())",
    "base64": "import base64; print(base64.b64encode(b'user:' + value.encode()).decode())",
    "split prints": "import sys, time\nfor piece in (value[:5], value[5:20], value[20:]):\n"
    "    print(piece, end='', flush=True); time.sleep(0.3)\nprint('!')",
    "split with a display": "print(value[:9], end='', flush=True); display('between'); print(value[9:])",
    "shell": "!echo -n {value[:7]}; sleep 0.3; echo {value[7:]}",
    "child process": "import subprocess, sys; subprocess.run([sys.executable, '-c', "
    "'import sys; print(sys.argv[1])', value]); time.sleep(0.5)",
    "file descriptor": "import os, time; os.write(1, value[:8].encode()); time.sleep(0.4); "
    "os.write(1, value[8:].encode() + b'\\n'); time.sleep(0.4)",
    "forked child": "import os, sys\npid = os.fork()\nif pid == 0:\n    print(value); sys.stdout.flush(); os._exit(0)\n"
    "os.waitpid(pid, 0); time.sleep(0.5)",
    "logging": "import logging; logging.warning('password %s', value)",
    "warning": "import warnings; warnings.warn(value)",
    "colours": "print('\\x1b[31m' + value[:10] + '\\x1b[0m' + value[10:])",
    "thread": "import threading; t = threading.Thread(target=print, args=(value,)); t.start(); t.join()",
    "carriage returns": "print('\\r' + value, end='\\r')",
}


@pytest.mark.parametrize("case", CASES)
def test_no_message_carries_the_value(kernel: Kernel, case: str) -> None:
    """Whatever a cell does with a value, no message of the kernel may carry it, and its mark must stand there."""
    messages = kernel.run(CASES[case], seconds=0.3)
    written = _written(messages)
    assert not any(form in written for form in forms_of(SECRET))
    assert SECRET[8:] not in written
    assert MARK in written, written


def test_what_is_no_secret_passes(kernel: Kernel) -> None:
    """Text that only begins like a value must come out whole, and in its order."""
    messages = kernel.run(f"print({SECRET[:12]!r}, end='')")
    assert _stream(messages) == SECRET[:12]
    messages = kernel.run("import sys\nfor i in range(300): print(i, 'Zk3m', end='Z')\nprint('e', file=sys.stderr)")
    assert _stream(messages) == "".join(f"{i} Zk3mZ" for i in range(300))
    assert _stream(messages, "stderr") == "e\n"
    messages = kernel.run("print('endsZ', end=''); display('after')")
    kinds = [message["header"]["msg_type"] for message in messages]
    assert kinds.index("display_data") > max(at for at, kind in enumerate(kinds) if kind == "stream")


def test_output_after_the_end_of_a_cell_arrives(kernel: Kernel) -> None:
    """A late piece of output that begins like a value must not be kept for ever."""
    code = "import threading, time\nt = threading.Timer(0.4, lambda: print('late Zk3m', end='', flush=True)); t.start()"
    assert _stream(kernel.run(code, seconds=2.0)) == "late Zk3m"


def test_other_replies_are_masked(kernel: Kernel) -> None:
    """An inspection of a variable must not carry the value either."""
    reply = kernel.reply_to(kernel.client.inspect("value"))
    written = json.dumps(reply["content"])
    assert SECRET not in written and MARK in written


def test_uninstall_ends_masking(kernel: Kernel) -> None:
    """After uninstall the kernel must send as it did before, and installing again must work."""
    messages = kernel.run("masking.uninstall(get_ipython()); print(value[:3] + '-' + value[3:])")
    assert _stream(messages) == f"{SECRET[:3]}-{SECRET[3:]}\n"
    kernel.run("assert 'send' not in vars(get_ipython().kernel.session)\nmasking.install(get_ipython(), redactor);")
    assert _stream(kernel.run("print(value)")) == MARK + "\n"


def test_two_redactors_mask_both(kernel: Kernel) -> None:
    """A second redactor must add its values, and not take the first one's away."""
    kernel.run("two = Redactor(); two.add('other', 'second' + '-value'); masking.install(get_ipython(), two);")
    assert _stream(kernel.run("print(value, 'second-' + 'value')")) == f"{MARK} [masked other]\n"


def test_an_executed_notebook_holds_no_value(tmp_path: Path) -> None:
    """A notebook executed headless must be written without the value, except in a cell's own source."""
    cells = [INSTALL] + [code for name, code in CASES.items() if name not in ("code in a traceback", "syntax error")]
    notebook = V4.new_notebook(cells=[V4.new_code_cell(code) for code in cells])
    NotebookClient(notebook, timeout=60, allow_errors=True, resources={"metadata": {"path": str(ROOT)}}).execute(
        env=_environment()
    )
    for cell in notebook.cells:
        cell.source = ""
    written = V4.writes(notebook)
    assert not any(form in written for form in forms_of(SECRET))
    assert written.count("masked db_password") > 20


def test_a_terminal_shell_is_masked() -> None:
    """In an IPython shell without a kernel, prints, results and tracebacks must be masked."""
    script = f"""
from IPython.core.interactiveshell import InteractiveShell
from coopnb.record import masking
from coopnb.redaction import Redactor
shell = InteractiveShell.instance()
shell.history_manager.enabled = False
shell.user_ns["value"] = {SECRET[::-1]!r}[::-1]
redactor = Redactor()
redactor.add("db_password", shell.user_ns["value"])
masking.install(shell, redactor)
print(masking.install(shell, redactor).where)
for code in ("print(value)", "value", "print(value[:5], end='', flush=True); print(value[5:])", "int(value)",
             "import sys; print(value, file=sys.stderr)", "print('end Zk3m', end='')"):
    shell.run_cell(code)
masking.uninstall(shell)
print()
print("done")
"""
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, env=_environment(), check=True
    )
    written = ended.stdout + ended.stderr
    assert SECRET not in written and SECRET[5:] not in written
    assert ended.stdout.startswith("terminal\n") and ended.stdout.count(MARK) >= 4
    assert ended.stdout.endswith("end Zk3m\ndone\n")
    assert MARK in ended.stderr
