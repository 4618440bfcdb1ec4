"""An app's settings beside its recipe's sample."""

from __future__ import annotations

from coopnb.envfile import compare, parse

BEFORE = parse("TYPE=wiki\nDOMAIN=wiki.example.com\nPORT=80\nMODE=a\n#MAIL=x\n", ".env.sample")
AFTER = parse("TYPE=wiki\nDOMAIN=wiki.example.com\nPORT=8080\nMODE=b\n#MAIL=y\nKEY_VERSION=v1\n", ".env.sample")
APP = parse("TYPE=wiki\nPORT=80\nMODE=mine\nMAIL=me\nOLD=1\n", "app.env")


def test_what_differs_from_a_sample_is_told_apart() -> None:
    """What is missing, newly required, extra, and still at an older default must each be told."""
    found = compare(AFTER, APP.last, BEFORE)
    assert [setting.name for setting in found.missing] == ["DOMAIN", "KEY_VERSION"]
    assert [setting.name for setting in found.required] == ["KEY_VERSION"]
    assert [setting.name for setting in found.extra] == ["OLD"]
    assert [(setting.name, setting.value, setting.line) for setting in found.changed] == [("PORT", "8080", 3)]


def test_without_an_earlier_sample_nothing_is_new() -> None:
    """With one sample there must be no word of what it was before."""
    found = compare(AFTER, APP.last)
    assert (found.required, found.changed) == ((), ())
    assert len(found.missing) == 2
