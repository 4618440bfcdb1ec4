"""Debian as the source of what tests need: its mirror, and a cache of what was made of its packages."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

APT = Path("/etc/apt")
SECURITY = re.compile(r"security")


def cache_directory() -> Path:
    """Return the folder that outlives test runs, made if need be: ``${XDG_CACHE_HOME:-~/.cache}/coopnb-testbed``."""
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "coopnb-testbed"
    root.mkdir(parents=True, exist_ok=True)
    return root


def mirror(apt: Path = APT) -> str:
    """Return the address of the machine's own Debian mirror, read from its apt sources (one-line and deb822).

    The first source that is not a security archive counts. Falls back to deb.debian.org.
    """
    for path in [apt / "sources.list", *sorted((apt / "sources.list.d").glob("*"))]:
        if path.suffix not in (".list", ".sources") or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        addresses = deb822_addresses(text) if path.suffix == ".sources" else one_line_addresses(text)
        for address in addresses:
            if "debian" in address and not SECURITY.search(address):
                return address.rstrip("/")
    return "http://deb.debian.org/debian"


def deb822_addresses(text: str) -> list[str]:
    """Return the addresses of enabled ``deb`` paragraphs, in order (sources.list(5), deb822 style)."""
    addresses: list[str] = []
    for paragraph in re.split(r"\n\s*\n", text):
        fields = {}
        for line in paragraph.splitlines():
            name, colon, value = line.partition(":")
            if colon and not line.startswith(("#", " ", "\t")):
                fields[name.strip().lower()] = value.strip()
        if "deb" in fields.get("types", "").split() and fields.get("enabled", "yes").lower() != "no":
            addresses.extend(fields.get("uris", "").split())
    return addresses


def one_line_addresses(text: str) -> list[str]:
    """Return the addresses of ``deb`` lines, in order (sources.list(5), one-line style)."""
    return re.findall(r"^deb\s+(?:\[[^\]]*\]\s+)?(\S+)", text, flags=re.MULTILINE)


def download(package: str, suite: str, into: Path, *, timeout: float = 300) -> Path:
    """Download one package of a Debian suite with the machine's own apt, which checks its signatures.

    The machine's own package lists stay as they are. Raises CalledProcessError with apt's words if it cannot be had.
    """
    state = into / "apt"
    for folder in ("lists/partial", "archives/partial", "empty"):
        (state / folder).mkdir(parents=True, exist_ok=True)
    keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"
    (state / "sources.list").write_text(f"deb [signed-by={keyring}] {mirror()} {suite} main\n", encoding="utf-8")
    options = [
        f"Dir::State::lists={state / 'lists'}",
        f"Dir::Cache={state}",
        f"Dir::Etc::sourcelist={state / 'sources.list'}",
        f"Dir::Etc::sourceparts={state / 'empty'}",
        f"Dir::Etc::preferencesparts={state / 'empty'}",
        "Dir::Etc::preferences=/dev/null",
        "APT::Default-Release=",
        "APT::Sandbox::User=root",
        "Acquire::Languages=none",
    ]
    apt_get = ["apt-get", "-q", *(part for option in options for part in ("-o", option))]
    for step in (["update"], ["download", package]):
        subprocess.run([*apt_get, *step], cwd=into, check=True, timeout=timeout, stdout=subprocess.DEVNULL)
    return next(into.glob(f"{package}_*.deb"))
