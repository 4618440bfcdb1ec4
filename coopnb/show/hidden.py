"""Values that are not shown, by the name they stand under.

What is secret by value is masked in :mod:`coopnb.redaction`; this is for what a recipe or an ``.env``
calls a secret and writes in the open.
"""

from __future__ import annotations

import re

from coopnb.redaction import looks_secret

HIDDEN = "(hidden)"

_BASIC_AUTH = re.compile(r"basic-?auth", re.IGNORECASE)
_USERINFO = re.compile(r"(\w+://[^\s/:@]*:)[^\s/@]+(@)")
_OPTION = re.compile(r"(--?[\w-]*(?:passw|token|secret|api-?key)[\w-]*[= ])\S+", re.IGNORECASE)


def shown_value(name: str, value: str) -> str:
    """Give a value as it may be displayed under the name of an environment variable or a label.

    >>> shown_value("SMTP_PASSWORD", "tr0ub4dor"), shown_value("SECRET_SMTP_PASSWORD_VERSION", "v1")
    ('(hidden)', 'v1')
    >>> shown_value("DATABASE_URL", "postgres://wiki:tr0ub4dor@db/wiki")
    'postgres://wiki:(hidden)@db/wiki'
    """
    if looks_secret(name) or _BASIC_AUTH.search(name):
        return HIDDEN
    return without_credentials(value)


def without_credentials(text: str) -> str:
    """Hide a URL's password and the word after an option like ``--password``, wherever they stand."""
    return _OPTION.sub(rf"\1{HIDDEN}", _USERINFO.sub(rf"\1{HIDDEN}\2", text))
