"""Where an operator's files lie, in the layout of the field.

::

    <workspace>/servers/<server>/<domain>.env   the apps
    <workspace>/recipes/<recipe>/               the recipes, git repositories
    <workspace>/coopnb/                         what is coopnb's own
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from coopnb.errors import SettingsError, WorkspaceError

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?")
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder in the layout of the field; nothing in it is made before it is needed.

    Attributes:
        root: absolute.
    """

    root: Path

    @property
    def servers(self) -> Path:
        """The folder with one folder a server."""
        return self.root / "servers"

    @property
    def recipes(self) -> Path:
        """The folder with one git repository a recipe."""
        return self.root / "recipes"

    @property
    def own(self) -> Path:
        """The folder of coopnb's own files; :meth:`make` gives it the mode 0700."""
        return self.root / "coopnb"

    @property
    def runs(self) -> Path:
        """The folder with one folder a run: its notebook, its ledger and its record."""
        return self.own / "runs"

    @property
    def practice(self) -> Path:
        """The folder of the practice swarm: its socket, its state, its log."""
        return self.own / "practice"

    @property
    def endpoints(self) -> Path:
        """The folder with one file a server whose name alone does not lead to it: its URL."""
        return self.own / "endpoints"

    @property
    def fingerprints(self) -> Path:
        """The file of keyed fingerprints that an exporter checks a record against; its mode is 0600."""
        return self.own / "fingerprints.json"

    def make(self, folder: Path) -> Path:
        """Make a folder of the workspace and return it; coopnb's own is readable by its owner only.

        Raises:
            WorkspaceError: it lies outside the workspace, or cannot be made.
        """
        if not folder.is_relative_to(self.root):
            raise WorkspaceError(f"{folder} is not in the workspace {self.root}")
        try:
            if folder.is_relative_to(self.own):
                self.root.mkdir(parents=True, exist_ok=True)
                self.own.mkdir(mode=0o700, exist_ok=True)
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WorkspaceError(
                f"a folder of the workspace cannot be made: {error.strerror}",
                where=str(folder),
                hint="make it writable for yourself, or name another workspace with --workspace",
            ) from error
        return folder

    def env_file(self, server: str, domain: str) -> Path:
        """Where the settings of an app lie, whether or not the file exists.

        Raises:
            SettingsError: the server or the domain is no name.
        """
        return self.servers / checked_name("server", server) / f"{checked_name('domain', domain)}.env"

    def find_env_file(self, domain: str, server: str | None = None) -> Path:
        """Find the settings of an app by its domain, on any server or on the one that is named.

        Raises:
            SettingsError: there is no such app, or there are several.
        """
        checked_name("domain", domain)
        where = self.server_folders() if server is None else [self.servers / checked_name("server", server)]
        found = [folder / f"{domain}.env" for folder in where if (folder / f"{domain}.env").is_file()]
        if not found:
            raise self._no_such_app(domain, server)
        if len(found) > 1:
            raise SettingsError(
                f"{domain} is an app on {len(found)} servers",
                what="\n".join(str(path) for path in found),
                where=str(self.servers),
                hint="name the server as well: " + " or ".join(path.parent.name for path in found),
            )
        return found[0]

    def apps(self) -> tuple[tuple[str, str], ...]:
        """The server and the domain of every app there is, sorted."""
        return tuple(
            (folder.name, path.name.removesuffix(".env"))
            for folder in self.server_folders()
            for path in sorted(folder.glob("*.env"))
            if _NAME.fullmatch(path.name.removesuffix(".env"))
        )

    def server_folders(self) -> list[Path]:
        """The folders of servers there are, sorted.

        Raises:
            WorkspaceError: they cannot be listed.
        """
        try:
            return sorted(folder for folder in self.servers.iterdir() if folder.is_dir())
        except FileNotFoundError:
            return []
        except OSError as error:
            raise WorkspaceError(
                f"the servers of the workspace cannot be listed: {error.strerror}",
                where=str(self.servers),
                hint="check who owns it, or name another workspace with --workspace",
            ) from error

    def _no_such_app(self, domain: str, server: str | None) -> SettingsError:
        apps = self.apps()
        return SettingsError(
            f"there is no app {domain}" + (f" on {server}" if server else ""),
            what="there are: " + ", ".join(f"{app} ({on})" for on, app in apps) if apps else "there are no apps yet",
            where=str(self.servers / server if server else self.servers),
            hint=f"make it from a recipe, or write {self.servers / (server or '<server>')}/{domain}.env",
        )


def locate(option: str | Path | None, environ: Mapping[str, str]) -> Workspace:
    """Choose the workspace: ``--workspace``, ``$COOPNB_WORKSPACE``, ``$ABRA_DIR``, ``~/.abra``, in this order.

    An empty value counts as none. The folder may not exist yet.

    Raises:
        WorkspaceError: what is there is not a folder.
    """
    chosen, source = Path("~/.abra"), "~/.abra"
    for value, name in (
        (option, "--workspace"),
        (environ.get("COOPNB_WORKSPACE"), "$COOPNB_WORKSPACE"),
        (environ.get("ABRA_DIR"), "$ABRA_DIR"),
    ):
        if value and str(value).strip():
            chosen, source = Path(value), name
            break
    root = Path(os.path.abspath(_at_home(chosen, environ)))
    if root.exists() and not root.is_dir():
        raise WorkspaceError(
            f"the workspace of {source} is not a folder", where=str(root), hint="name a folder with --workspace"
        )
    return Workspace(root)


def checked_name(what: str, name: str) -> str:
    """Return a server's or an app's name, if it is one: it becomes a part of a path.

    Raises:
        SettingsError: it is empty, too long, or has other characters than letters, digits, ``.``, ``-`` and ``_``.
    """
    if _NAME.fullmatch(name) and ".." not in name and len(name) <= _LONGEST_NAME:
        return name
    raise SettingsError(
        f"{name[:80]!r} is not the name of a {what}",
        hint="letters, digits, '.', '-' and '_', as in wiki.example.org",
    )


def _at_home(path: Path, environ: Mapping[str, str]) -> Path:
    if path.parts[:1] == ("~",) and environ.get("HOME"):
        return Path(environ["HOME"], *path.parts[1:])
    return path.expanduser()
