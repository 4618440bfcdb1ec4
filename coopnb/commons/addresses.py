"""Where a recipe is fetched from: what is a name, what is an address, and what is neither."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from coopnb.errors import CommonsError

_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?"
_USER = r"(?:[A-Za-z0-9_][A-Za-z0-9._-]*@)?"
_WAYS = (
    re.compile(rf"https://{_USER}(?:{_HOST}|\[[0-9a-fA-F:.]+\])(?::\d+)?/[^\s?#]+"),
    re.compile(rf"ssh://{_USER}(?:{_HOST}|\[[0-9a-fA-F:.]+\])(?::\d+)?/[^\s?#-][^\s?#]*"),
    re.compile(rf"{_USER}{_HOST}:[^\s:/-][^\s:]*|{_USER}{_HOST}:/[^\s:/][^\s:]*"),  # scp's way to write ssh
    re.compile(r"file:///\S+"),
)
_PATH = re.compile(r"(?:/|\./|\.\./|~/)\S.*")
_HOSTED = re.compile(rf"{_HOST}\.[A-Za-z]{{2,}}(?:/[A-Za-z0-9_][A-Za-z0-9._-]*)+")
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?")
_PASSWORD = re.compile(r"[a-z+]+://[^/@\s]*:[^/\s]*@|[^/@\s:]+:[^/@\s]+@", re.IGNORECASE)
_USER_OF_WEB = re.compile(r"(https?://)[^/\s'\"]+@", re.IGNORECASE)
_PASSWORD_OF_OTHERS = re.compile(r"([a-z+]+://[^/\s:@]*):[^/\s'\"]*@", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Address:
    """A place that git can fetch from.

    Attributes:
        url: as git is given it: ``https://``, ``ssh://``, ``user@host:path``, or a folder's path.
        name: the folder under ``recipes/`` that it gets when nothing else is asked for.
    """

    url: str
    name: str


def without_credentials(text: str) -> str:
    """Mask who an address says one is: over https the user too, which may be a token.

    >>> without_credentials("from https://ana:secret@git.example.org/wiki, ssh://git:secret@git.example.org/wiki")
    'from https://***@git.example.org/wiki, ssh://git:***@git.example.org/wiki'
    """
    return _PASSWORD_OF_OTHERS.sub(r"\1:***@", _USER_OF_WEB.sub(r"\1***@", text))


def is_name(text: str) -> bool:
    """Tell whether this is a plain name of a recipe (``wiki``), to be looked up rather than gone to."""
    return bool(_NAME.fullmatch(text)) and ".." not in text


def address_of(text: str, called: str = "") -> Address:
    """Read an address: https, ssh, a folder, or a git path without a scheme, as the field writes it.

    ``git.example.org/ana/cool-wiki`` is fetched over https into ``git_example_org_ana_cool-wiki``, where
    the field's tools look for it; every other address goes into a folder named as its last part.

    Args:
        called: the name of the folder it gets instead.

    Raises:
        CommonsError: it is none of these. A password in it is refused too, and never shown.
    """
    if _PASSWORD.match(text):
        raise CommonsError(
            "the address holds a password; nothing was fetched",
            hint="give it without, and let git's credential helper or an ssh key say who you are",
        )
    if text.isprintable() and not text.startswith("-") and "::" not in text:
        if _HOSTED.fullmatch(text):
            return Address(
                f"https://{text}", _checked(called or text.removesuffix(".git").replace("/", "_").replace(".", "_"))
            )
        if _PATH.fullmatch(text):
            folder = Path(text).expanduser().absolute().resolve()
            return Address(str(folder), _checked(called or folder.name.removesuffix(".git")))
        if any(way.fullmatch(text) for way in _WAYS):
            return Address(text, _checked(called or re.split(r"[/:]", text.rstrip("/"))[-1].removesuffix(".git")))
    raise CommonsError(
        f"{text[:80]!r} is no address that a recipe can be fetched from; nothing was fetched",
        hint="https://git.example.org/ana/wiki.git, ssh://git@git.example.org/ana/wiki.git, a folder (./wiki), "
        "or the name of a recipe of the catalogue",
    )


def _checked(name: str) -> str:
    if is_name(name):
        return name
    raise CommonsError(
        f"{name[:80]!r} is not the name of a recipe; nothing was fetched",
        hint="say how it should be called here: --as NAME",
    )
