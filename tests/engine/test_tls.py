"""Docker contexts with TLS: a real dockerd with ``--tlsverify``, reached with the context's own certificates."""

from __future__ import annotations

import hashlib
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from coopnb.cli import main
from coopnb.engine import connect
from coopnb.engine.contexts import context_endpoint
from coopnb.errors import ConnectFailed, CoopError, InputError
from coopnb.server import roster
from coopnb.show.servers import servers_output
from coopnb.workspace import Workspace
from tests.testbed.certificates import Authority, authority
from tests.testbed.engine import dockerd
from tests.testbed.fixtures import temporary
from tests.testbed.requirements import require_real

INSIDE = Path(__file__).parents[1] / "testbed" / "inside.py"
PORT = 2376


@dataclass(frozen=True, slots=True)
class Site:
    """An engine that wants certificates; ``url`` is where it is reached from outside its namespace."""

    ca: Authority
    url: str


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """A dockerd with ``--tlsverify`` in namespaces of its own, its port passed on to loopback here."""
    require_real("an engine with TLS")
    with temporary("coopnb-tls-") as folder:
        ca = authority(folder / "ca.pem")
        cert, key = ca.issue(folder / "server", "server")
        with_tls = ("--tlsverify", f"--tlscacert={ca.file}", f"--tlscert={cert}", f"--tlskey={key}")
        flags = (f"-H=tcp://127.0.0.1:{PORT}", *with_tls)
        with dockerd(folder / "engine", flags=flags) as engine, socket.create_server(("127.0.0.1", 0)) as listener:
            fd = listener.fileno()
            command = ["setpriv", "--pdeathsig", "KILL", "nsenter", f"--net={engine.netns}"]
            relay = subprocess.Popen([*command, sys.executable, str(INSIDE), str(fd), str(PORT)], pass_fds=[fd])
            try:
                yield Site(ca, f"tcp://127.0.0.1:{listener.getsockname()[1]}")
            finally:
                relay.kill()
                relay.wait(timeout=10)


@pytest.fixture
def contexts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A docker CLI without contexts, and a workspace without servers."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    monkeypatch.setenv("COOPNB_WORKSPACE", str(tmp_path / "workspace"))
    return tmp_path / "docker" / "contexts"


def write_context(contexts: Path, url: str, ca: Authority | None, *, skip: bool = False, days: int = 1) -> Path:
    """Write what ``docker context create hall --docker host=...,ca=...,cert=...,key=...`` writes; its TLS folder."""
    digest = hashlib.sha256(b"hall").hexdigest()
    meta = contexts / "meta" / digest / "meta.json"
    meta.parent.mkdir(parents=True)
    docker = {"Host": url, "SkipTLSVerify": skip}
    meta.write_text(json.dumps({"Name": "hall", "Metadata": {}, "Endpoints": {"docker": docker}}))
    tls = contexts / "tls" / digest / "docker"
    if ca is not None:
        ca.issue(tls, "client", days=days)
        (tls / "ca.pem").write_bytes(ca.file.read_bytes())
    return tls


def refused(contexts: Path) -> CoopError:
    """Why the context's engine is not reached."""
    endpoint = context_endpoint("hall", {"DOCKER_CONFIG": str(contexts.parent)})
    assert endpoint is not None
    with pytest.raises((InputError, ConnectFailed)) as raised:
        connect(endpoint, timeout=5)
    return raised.value


@pytest.mark.real
def test_an_engine_is_reached_by_a_context_with_certificates(
    site: Site, contexts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The context's name must be enough to check the server and to read it, and its row must say how it is reached."""
    write_context(contexts, site.url, site.ca)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "another.pem"))
    assert main(["server", "check", "hall"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("hall: reachable, manager of a swarm of 1 node") and site.url in said

    (row,) = roster(Workspace(tmp_path / "workspace"), ("hall",))
    assert row.usable
    assert f"manager, over TLS at {site.url.removeprefix('tcp://')}" in servers_output((row,)).text

    endpoint = context_endpoint("hall", {"DOCKER_CONFIG": str(contexts.parent)})
    assert endpoint is not None
    with closing(connect(endpoint)) as door:
        stream = door.event_stream()
        assert door.far and door.nodes().body[0]["Status"]["State"] == "ready"
        stream.close()


@pytest.mark.real
def test_an_engine_of_another_authority_is_not_trusted(site: Site, contexts: Path, tmp_path: Path) -> None:
    """A server whose certificate the context's authority has not signed must be refused before a word is said."""
    write_context(contexts, site.url, authority(tmp_path / "other.pem"))
    error = refused(contexts)
    assert error.headline.startswith("the server and we do not agree on certificates: unable to get local issuer")
    assert site.url in str(error.where)


@pytest.mark.real
def test_a_certificate_of_ours_that_is_not_accepted_is_told(site: Site, contexts: Path) -> None:
    """Where the engine refuses our certificate, an expired one for one, the error must say that it is about it."""
    write_context(contexts, site.url, site.ca, days=-1)
    assert refused(contexts).headline == "the server and we do not agree on certificates: sslv3 alert bad certificate"


@pytest.mark.real
def test_a_certificate_for_another_host_is_refused(site: Site, contexts: Path) -> None:
    """The certificate must be for the host in the context's URL."""
    write_context(contexts, site.url.replace("127.0.0.1", "localhost"), site.ca)
    error = refused(contexts)
    assert "do not agree on certificates" in error.headline and "localhost" in error.headline


def test_a_context_without_all_of_it_is_refused(contexts: Path, tmp_path: Path) -> None:
    """No certificates, a file that is missing, and one that is none must be wrong input, before anybody is asked."""
    ca = authority(tmp_path / "ca.pem")
    tls = write_context(contexts, "tcp://127.0.0.1:1", None)
    assert "only with certificates" in refused(contexts).headline
    ca.issue(tls, "client")
    error = refused(contexts)
    assert error.headline == "the docker context's ca.pem is missing; nothing was done" and str(tls) in str(error.where)
    (tls / "ca.pem").write_bytes(ca.file.read_bytes())
    (tls / "key.pem").write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    error = refused(contexts)
    assert error.headline == "the docker context's certificates cannot be used; nothing was done"
    assert "AAAA" not in str(error)


def test_a_context_that_skips_the_check_is_refused(contexts: Path, tmp_path: Path) -> None:
    """``skip-tls-verify`` must be refused loudly, and the row say so."""
    write_context(contexts, "tcp://127.0.0.1:1", authority(tmp_path / "ca.pem"), skip=True)
    assert "skips the check of the server's certificate" in refused(contexts).headline
    (row,) = roster(Workspace(tmp_path / "workspace"), ("hall",))
    assert not row.reachable and "skips the check" in row.error and "coopnb server add" in row.next
