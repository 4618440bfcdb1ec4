"""Text and HTML from outside, made harmless: what a record shows can do nothing and loads nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable

import tinycss2  # type: ignore[import-untyped]
from bleach import Cleaner  # type: ignore[import-untyped]
from bleach.css_sanitizer import CSSSanitizer  # type: ignore[import-untyped]
from bs4 import BeautifulSoup, Comment, Tag

from coopnb.harmless import visible

PAGE_CLASS = "record-"
"""What the classes and ids of the page itself begin with: nothing from outside may have such a one."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TEXT_TAGS = _names(
    "a abbr b blockquote br caption code col colgroup dd del details dfn div dl dt em figcaption figure h1 h2 h3 h4"
    " h5 h6 hr i img ins kbd li mark meter ol p pre progress q s samp section small span strong sub summary sup table"
    " tbody td tfoot th thead time tr u ul var wbr"
)
# No style, foreignObject, image, use, animate or script: they load, act, or change how the rest is parsed.
# Names with capitals stand twice: the parser meets them in lower case first.
_SVG_TAGS = _names(
    "svg g path line rect circle ellipse polyline polygon text tspan title desc defs marker symbol"
    " clipPath clippath linearGradient lineargradient radialGradient radialgradient stop"
)
_VANISHING = _names(
    "script style noscript template iframe frame object embed applet link meta base head title"
    " form input button select textarea option audio video source track canvas math foreignobject image use"
)
_SVG_ATTRIBUTES = _names(
    "d x y x1 y1 x2 y2 cx cy r rx ry dx dy points width height viewBox viewbox transform fill fill-opacity fill-rule"
    " stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin stroke-dasharray stroke-dashoffset"
    " stroke-miterlimit opacity font-size font-family font-weight font-style text-anchor dominant-baseline"
    " alignment-baseline text-decoration letter-spacing clip-path clip-rule clipPathUnits clippathunits gradientUnits"
    " gradientunits gradientTransform gradienttransform offset stop-color stop-opacity marker-start marker-mid"
    " marker-end markerWidth markerwidth markerHeight markerheight markerUnits markerunits refX refx refY refy orient"
    " preserveAspectRatio preserveaspectratio pointer-events display visibility shape-rendering color"
)
_TEXT_ATTRIBUTES = _names(
    "alt title lang dir colspan rowspan scope headers start value min max low high optimum open hidden datetime span"
    " width height align"
)
_STYLES = _names(
    "color background-color font-weight font-style font-size font-family text-align text-decoration white-space"
    " vertical-align width min-width max-width height max-height padding padding-left padding-right border border-left"
    " border-bottom border-top border-collapse border-color opacity overflow-wrap stroke-dasharray text-anchor"
)
_POINTERS = ("aria-labelledby", "aria-describedby", "headers")
_IMAGE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*\Z")
_LOADS = re.compile(r"url\s*\(\s*(?!['\"]?#)|expression|@import|image-set|\\", re.IGNORECASE)
_ANSI_OR_UNSEEN = re.compile(r"\x1b\[[0-9;]*m|.", re.DOTALL)


def plain(text: str) -> str:
    r"""Write every character that acts unseen (controls, direction marks) as its escape; keep newlines and tabs.

    >>> plain("a\x1b[2Jb\u202ec")
    'a\\x1b[2Jb\\u202ec'
    """
    return visible(text, keep="\n\t")


def terminal_text(text: str) -> str:
    """Make a stream or a traceback harmless: colours stay, a carriage return has done its work."""
    text = text.replace("\r\n", "\n")
    lines = [line.rstrip("\r").rsplit("\r", 1)[-1] for line in text.split("\n")]
    return _ANSI_OR_UNSEEN.sub(lambda hit: hit[0] if len(hit[0]) > 1 else plain(hit[0]), "\n".join(lines))


def safe_html(markup: str, number: int) -> str:
    """Make foreign HTML harmless: no script, no handler, nothing loaded, no class or id of the page's own.

    Inline SVG stays. Links become their text and address; pictures that would be loaded become their description.

    Args:
        number: of this piece within the page; its ids get it as a prefix, so that they meet no other's.
    """
    soup = BeautifulSoup(markup, "html.parser")
    for comment in soup.find_all(string=lambda text: isinstance(text, Comment)):
        comment.extract()
    for tag in soup.find_all(True):
        if tag.decomposed:
            continue
        inside_svg = tag.find_parent("svg") is not None
        if tag.name.lower() in _VANISHING and not (tag.name == "title" and inside_svg):
            tag.decompose()
        elif tag.name == "a":
            _unlink(tag)
        elif tag.name == "img":
            _keep_picture(soup, tag)
        else:
            _prefix_ids(tag, f"o{number}-")
    return str(_cleaner().clean(str(soup)))


def scoped_css(pieces: Iterable[str]) -> str:
    """Collect the stylesheets of our own outputs from foreign HTML, each rule once.

    Only rules stay whose selectors all begin with ``.coopnb`` and that load nothing: an output may
    dress itself and never the page around it.
    """
    rules: dict[str, None] = {}
    for piece in pieces:
        if "<style" not in piece:
            continue
        for element in BeautifulSoup(piece, "html.parser").find_all("style"):
            for rule in tinycss2.parse_stylesheet(element.get_text(), skip_comments=True, skip_whitespace=True):
                if rule.type == "qualified-rule" and _is_own(tinycss2.serialize(rule.prelude)):
                    text = rule.serialize()
                    if not _LOADS.search(text) and "<" not in text and "position" not in text:
                        rules[text] = None
    return "\n".join(rules)


def _is_own(selectors: str) -> bool:
    return all(selector.strip().startswith(".coopnb") for selector in selectors.split(","))


def _unlink(tag: Tag) -> None:
    address = str(tag.get("href") or "").strip()
    tag.name = "span"
    tag.attrs = {}
    if re.match(r"(?:https?|mailto):", address, re.IGNORECASE) and address not in tag.get_text():
        tag.append(f" ({address})")


def _keep_picture(soup: BeautifulSoup, tag: Tag) -> None:
    source = str(tag.get("src") or "")
    text = str(tag.get("alt") or "").strip()
    if _IMAGE.match(source):
        tag["alt"] = text or "a picture without a description"
    else:
        tag.replace_with(soup.new_string(f"[picture, not kept: {text or 'without a description'}]"))


def _prefix_ids(tag: Tag, prefix: str) -> None:
    if tag.get("id"):
        tag["id"] = prefix + str(tag["id"])
    for name in _POINTERS:
        if tag.get(name):
            value = tag[name]
            words = value if isinstance(value, list) else str(value).split()
            tag[name] = " ".join(prefix + word for word in words)
    for name, value in list(tag.attrs.items()):
        if isinstance(value, str) and "url(" in value:
            tag[name] = re.sub(r"url\(\s*(['\"]?)#", rf"url(\1#{prefix}", value)


def _allowed(tag: str, name: str, value: str) -> bool:
    if name == "class":
        return PAGE_CLASS not in value
    if name == "style":
        return not _LOADS.search(value)
    if name == "src":
        return tag == "img" and bool(_IMAGE.match(value))
    if name in ("id", "role") or name.startswith("aria-"):
        return True
    if name in _SVG_ATTRIBUTES:
        return not _LOADS.search(value) and (tag in _SVG_TAGS or name in _TEXT_ATTRIBUTES)
    return name in _TEXT_ATTRIBUTES


def _cleaner() -> Cleaner:
    return Cleaner(
        tags=_TEXT_TAGS | _SVG_TAGS,
        attributes=_allowed,
        protocols={"data"},
        strip=True,
        css_sanitizer=CSSSanitizer(allowed_css_properties=_STYLES),
    )
