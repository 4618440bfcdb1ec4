"""Asking an app's page, as its users do: bounded in time, in size and in redirects, answered in words."""

from __future__ import annotations

import threading
from urllib.parse import urlsplit

import requests

from coopnb.model.run import Check
from coopnb.show.text import clean, shorten

PATIENCE = 10.0
"""Seconds that the page may be silent."""

LONGEST = 30.0
"""Seconds for all of it: looking a name up, redirects, and a page that answers byte by byte."""

MOST_REDIRECTS = 5


def ask_page(url: str) -> Check:
    """Ask a page once; passed if it answers with a status below 400 and with something. Never raises.

    What may be secret in the address (a user, a password, a query) is not repeated.
    """
    shown = _shown(url)
    if not shown:
        return Check(
            "page", None, "the url that was given is no address of a page; such begins with https:// or http://"
        )
    answers: list[Check] = []
    # A name that nobody looks up and headers that trickle have no bound of their own; the thread owns no output.
    asking = threading.Thread(target=lambda: answers.append(_ask(url, shown)), daemon=True, name="coopnb-page")
    asking.start()
    asking.join(LONGEST)
    return answers[0] if answers else Check("page", False, f"{shown} did not answer within {LONGEST:.0f} s")


def _ask(url: str, shown: str) -> Check:
    with requests.Session() as session:
        session.max_redirects = MOST_REDIRECTS
        try:
            with session.get(url, timeout=PATIENCE, stream=True) as answer:
                # One byte tells whether there is something.
                something = next(answer.iter_content(1), b"")
                status, place = answer.status_code, _shown(answer.url)
        except requests.TooManyRedirects:
            return Check("page", False, f"{shown} leads on and on: more than {MOST_REDIRECTS} redirects")
        except requests.exceptions.SSLError:
            return Check("page", False, f"{shown} has no certificate that can be trusted")
        except (requests.Timeout, TimeoutError):
            return Check("page", False, f"{shown} did not answer within {PATIENCE:.0f} s")
        except requests.ConnectionError:
            return Check("page", False, f"{shown} cannot be reached: no name, no way, or nobody there")
        except (requests.RequestException, ValueError, OSError) as error:
            return Check("page", False, f"{shown} could not be asked: {type(error).__name__}")
    if place not in ("", shown):
        shown = f"{shown} leads to {place}, which"
    if status < 400 and not something:
        return Check("page", False, f"{shown} answers {status}, with nothing in it")
    return Check("page", status < 400, f"{shown} answers {status}")


def _shown(url: str) -> str:
    """The address without what may be secret in it; empty if it is no address of a page."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return shorten(clean(f"{parts.scheme}://{host}{port}{parts.path}"), 80)
