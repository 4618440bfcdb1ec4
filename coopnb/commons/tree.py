"""The id git gives to a folder's content, so that a version that was laid down before is known byte for byte."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

_ALGORITHMS = {40: "sha1", 64: "sha256"}
"""Hex digits of an object id -> how the repository makes it."""


def holds(folder: Path, tree: str) -> bool:
    """Tell whether a folder holds exactly the files of a git tree: names, bytes and executable bits.

    Everything in it is read. A folder with links or other things that are no files is never said to hold it.
    """
    algorithm = _ALGORITHMS.get(len(tree))
    try:
        return algorithm is not None and _tree(folder, algorithm).hex() == tree
    except (OSError, _NoFile):
        return False


class _NoFile(Exception):
    """There is something else than folders and files."""


def _tree(folder: Path, algorithm: str) -> bytes:
    """The id of a tree object: its entries in git's order, folders as if their names ended in a slash."""
    entries: list[tuple[bytes, bytes, bytes]] = []
    with os.scandir(folder) as found:
        for item in found:
            name = os.fsencode(item.name)
            if item.is_dir(follow_symlinks=False):
                entries.append((name + b"/", b"40000 " + name, _tree(Path(item.path), algorithm)))
            elif item.is_file(follow_symlinks=False):
                mode = b"100755 " if item.stat().st_mode & 0o100 else b"100644 "
                entries.append((name, mode + name, _object("blob", Path(item.path).read_bytes(), algorithm)))
            else:
                raise _NoFile
    return _object("tree", b"".join(head + b"\0" + digest for _, head, digest in sorted(entries)), algorithm)


def _object(kind: str, content: bytes, algorithm: str) -> bytes:
    return hashlib.new(algorithm, b"%s %d\0" % (kind.encode(), len(content)) + content, usedforsecurity=False).digest()
