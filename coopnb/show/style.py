"""The one stylesheet of all outputs.

It uses JupyterLab's variables where they exist, and what it inherits where they do not, so that it
reads in Lab's dark and light themes, in a record, and in print. The colours are Okabe and Ito's
(https://jfly.uni-koeln.de/color/), and none of them says something that a word does not say too.
"""

from __future__ import annotations

from collections.abc import Mapping

COLOURS: Mapping[str, str] = {
    "good": "#009E73",
    "busy": "#E69F00",
    "bad": "#D55E00",
    "quiet": "#808080",
}
"""Tone -> colour: bluish green, orange, vermilion, grey."""

_CODE = "font-family:var(--jp-code-font-family,ui-monospace,monospace);background:none;color:inherit"
_RULE = "1px solid rgba(128,128,128,.5)"
_RULES: Mapping[str, str] = {
    ".coopnb": "font-family:var(--jp-ui-font-family,system-ui,sans-serif);font-size:13px;line-height:1.45",
    ".coopnb p": "margin:0 0 .3em",
    ".coopnb .cn-head": "font-size:14px",
    ".coopnb .cn-aside": "margin-left:1.5em;opacity:.75;display:inline-block",
    ".coopnb.coopnb table": "border-collapse:collapse;margin:.5em 0;table-layout:auto;font-size:inherit;color:inherit",
    ".coopnb.coopnb caption": "text-align:left;opacity:.75;padding:0 0 .2em;white-space:nowrap",
    ".coopnb.coopnb thead": "border:0",
    ".coopnb.coopnb.coopnb tbody tr:nth-child(n)": "background:none",
    ".coopnb.coopnb td,.coopnb.coopnb th": "padding:.12em 1.4em .12em 0;vertical-align:top;border:0;color:inherit",
    ".coopnb.coopnb thead th": f"font-weight:600;border-bottom:{_RULE}",
    ".coopnb.coopnb.coopnb code": f"{_CODE};font-size:.95em;padding:0;overflow-wrap:break-word;white-space:inherit",
    ".coopnb.coopnb pre": f"{_CODE};font-size:.92em;margin:.4em 0;padding:0 0 0 .8em;border-left:{_RULE};"
    "white-space:pre-wrap;overflow-wrap:anywhere",
    ".coopnb details": "margin:.4em 0",
    ".coopnb td details": "margin:0",
    ".coopnb summary": "cursor:pointer",
    ".coopnb figure[hidden]": "display:block!important;margin:.6em 0",
    ".coopnb svg": "max-width:100%;height:auto;color:inherit",
    ".coopnb figcaption": "opacity:.75",
}


def style_element() -> str:
    """The stylesheet as an element; outputs carry it, so that each can be read alone."""
    return _ELEMENT


_ELEMENT = "<style>{}</style>".format("".join(f"{where}{{{what}}}" for where, what in _RULES.items()))
