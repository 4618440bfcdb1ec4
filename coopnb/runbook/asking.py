"""Asking an app's page, as its users do: bounded in time, in size and in redirects, answered in words."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

import requests

from coopnb.model.run import Check
from coopnb.show.text import shorten

PATIENCE = 10.0
"""Seconds until the page must have begun to answer, and again until it was read."""

READ = 64 << 10
"""Bytes of a page that are read."""

MOST_REDIRECTS = 5


def ask_page(url: str) -> Check:
    """Ask a page once; passed if it answers with a status below 400. Never raises for what the page does."""
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        return Check("page", None, f"{shorten(url, 80)} is no address of a page: it begins with http:// or https://")
    with requests.Session() as session:
        session.max_redirects = MOST_REDIRECTS
        try:
            with session.get(url, timeout=PATIENCE, stream=True) as answer:
                read = _read(answer)
                status = answer.status_code
        except requests.TooManyRedirects:
            return Check("page", False, f"{_shown(url)} leads on and on: more than {MOST_REDIRECTS} redirects")
        except requests.exceptions.SSLError:
            return Check("page", False, f"{_shown(url)} has no certificate that can be trusted")
        except (requests.Timeout, TimeoutError):
            return Check("page", False, f"{_shown(url)} did not answer within {PATIENCE:.0f} s")
        except requests.ConnectionError:
            return Check("page", False, f"{_shown(url)} cannot be reached: no name, no way, or nobody there")
        except (requests.RequestException, ValueError, OSError) as error:
            return Check("page", False, f"{_shown(url)} could not be asked: {type(error).__name__}")
    if status < 400 and not read:
        return Check("page", False, f"{_shown(url)} answers {status}, with nothing in it")
    return Check("page", status < 400, f"{_shown(url)} answers {status}")


def _read(answer: requests.Response) -> int:
    """Read the beginning; how many bytes it has."""
    deadline = time.monotonic() + PATIENCE
    read = 0
    for piece in answer.iter_content(8192):
        read += len(piece)
        if read >= READ:
            break
        if time.monotonic() > deadline:
            raise TimeoutError
    return read


def _shown(url: str) -> str:
    """The address without what may be secret in it: a user, a password, a query."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return shorten(f"{parts.scheme}://{parts.hostname}{port}{parts.path}", 80)
