"""The catalogue: read in the field's form, found in, kept for when it cannot be had."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from coopnb.commons import catalogue_copy
from coopnb.commons.catalogue import parse_catalogue
from coopnb.commons.catalogue_copy import DEFAULT, catalogue, catalogue_source
from coopnb.errors import CommonsError
from coopnb.model.catalogue import CatalogueEntry, search
from coopnb.show.recipes import recipes_output
from coopnb.workspace import Workspace

WIKI = {
    "category": "Apps",
    "default_branch": "main",
    "description": "A wiki for everybody",
    "features": {"backups": "Yes", "status": 3, "image": {"image": "mediawiki", "rating": "4", "source": "upstream"}},
    "icon": "",
    "name": "wiki",
    "repository": "https://git.coopcloud.tech/coop-cloud/wiki.git",
    "ssh_url": "ssh://git@git.coopcloud.tech:2222/coop-cloud/wiki.git",
    "versions": [
        {"1.2.0+1.39.8": {"app": {"image": "mediawiki", "tag": "1.39.8"}}},
        {"1.10.0+1.43.0": {"app": {"image": "mediawiki", "tag": "1.43.0"}}},
    ],
    "website": "https://www.mediawiki.org",
}
FIELD = json.dumps({"wiki": WIKI, "empty": {"name": "empty", "versions": None}}).encode()


class Site(ThreadingHTTPServer):
    """A web server on loopback that answers what it is told to, and counts."""

    answer: tuple[int, dict[str, str], bytes] = (200, {}, FIELD)
    silent = False
    drips = False
    asked = 0
    daemon_threads = True


class Handler(BaseHTTPRequestHandler):
    """Answers as its site says."""

    server: Site

    def do_GET(self) -> None:
        """Answer, or wait until the client has gone."""
        self.server.asked += 1
        if self.server.silent:
            time.sleep(1)
            return
        status, headers, body = self.server.answer
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        with suppress(BrokenPipeError, ConnectionResetError):
            if not self.server.drips:
                self.wfile.write(body)
            while self.server.drips:
                self.wfile.write(b" ")
                self.wfile.flush()
                time.sleep(0.05)

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""


@contextmanager
def site() -> Iterator[tuple[Site, str]]:
    """A site, and the address of its catalogue."""
    server = Site(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server, f"http://127.0.0.1:{server.server_port}/recipes.json"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_fields_form_is_read() -> None:
    """Name, category, description, source, status and versions, newest first, must come out of the field's form."""
    found = parse_catalogue(FIELD, "recipes.json")

    assert found.entries == (
        CatalogueEntry("empty"),
        CatalogueEntry(
            name="wiki",
            category="Apps",
            description="A wiki for everybody",
            repository="https://git.coopcloud.tech/coop-cloud/wiki.git",
            website="https://www.mediawiki.org",
            status="3",
            versions=("1.10.0+1.43.0", "1.2.0+1.39.8"),
        ),
    )
    assert found.entry("wiki") is found.entries[1] and found.entry("wik") is None


@pytest.mark.parametrize(
    ("content", "says", "where"),
    [
        (b"<!DOCTYPE html><title>502</title>", "not JSON", "line 1, column 1"),
        (b'{"wiki": {,}}', "not JSON", "line 1, column 11"),
        (b"", "not JSON", "line 1"),
        (b"\xff\xfe{}", "not UTF-8", "byte 0"),
        (b"[" * 200_000, "that nobody means", "recipes.json"),
        (b"[]", "a list", "line 1"),
        (b"null", "null", "line 1"),
        (b"3", "a number", "line 1"),
        (b'{"wiki": 3}', "no entry that is a recipe", "recipes.json"),
    ],
)
def test_what_is_no_catalogue_is_told_with_its_place(content: bytes, says: str, where: str) -> None:
    """What is not the field's JSON must be an error that says what, where, and what to do."""
    with pytest.raises(CommonsError) as refused:
        parse_catalogue(content, "recipes.json")
    assert says in refused.value.headline and where in str(refused.value.where) and refused.value.hint


def test_a_bad_entry_is_left_out_and_named() -> None:
    """Hostile names and wrong shapes must not take the good entries with them."""
    bad = {"../evil": {}, "--upload-pack=x": {}, "list": [], "odd": {"category": 3}, "worse": {"versions": {"a": 1}}}
    found = parse_catalogue(json.dumps({"wiki": WIKI, **bad}).encode(), "recipes.json")

    assert [entry.name for entry in found.entries] == ["wiki"]
    assert found.left_out == ("--upload-pack=x", "../evil", "list", "odd", "worse")


def test_words_are_found_in_name_category_and_description() -> None:
    """Every word must be there, in any case and without accents; names come before descriptions."""
    entries = (
        CatalogueEntry("calendar", "Apps", "Plan with your Wiki"),
        CatalogueEntry("dokuwiki", "Apps", "Pages"),
        CatalogueEntry("wiki", "Apps", "Café pages"),
        CatalogueEntry("wikijs", "Utilities", "Pages"),
    )

    def names(words: str) -> list[str]:
        return [entry.name for entry in search(entries, words)]

    assert names("WIKI") == ["wiki", "wikijs", "dokuwiki", "calendar"]
    assert names("wiki utilities") == ["wikijs"]
    assert names("cafe") == ["wiki"]
    assert names("nonesuch") == []
    assert names("  ") == ["calendar", "dokuwiki", "wiki", "wikijs"]


def test_each_keystroke_finds_among_five_hundred_entries() -> None:
    """Whatever has been typed so far, every entry found must have each of its words."""
    words = ["small", "shared", "notes", "for", "every", "choir", "and", "its", "many", "members", "with", "files"]
    entries = tuple(
        CatalogueEntry(f"recipe-{n}", words[n % 12], " ".join(words[n % 7 :] * 4) + f" number {n}") for n in range(500)
    )
    for typed in ("r", "re", "rec", "recipe-4", "choir members", "number 49"):
        found = search(entries, typed)
        assert found
        assert all(
            word in f"{entry.name} {entry.category} {entry.description}" for entry in found for word in typed.split()
        )


def test_the_setting_says_which_catalogue(tmp_path: Path) -> None:
    """The environment, then the workspace's own line, then the field's copy here, then the field's own."""
    workspace = Workspace(tmp_path)
    assert catalogue_source(workspace, {}) == DEFAULT
    (tmp_path / "catalogue").mkdir()
    (tmp_path / "catalogue/recipes.json").write_bytes(FIELD)
    assert catalogue_source(workspace, {}) == str(tmp_path / "catalogue/recipes.json")
    workspace.make(workspace.own)
    (workspace.own / "config.env").write_text("CATALOGUE=https://recipes.example.org/recipes.json\n")
    assert catalogue_source(workspace, {}) == "https://recipes.example.org/recipes.json"
    assert catalogue_source(workspace, {"COOPNB_CATALOGUE": "/srv/recipes.json"}) == "/srv/recipes.json"


def test_a_url_is_asked_only_when_that_is_wanted(tmp_path: Path) -> None:
    """Without being asked to refresh nothing may go out; once fetched, the copy must serve with its date."""
    workspace = Workspace(tmp_path / "workspace")
    with site() as (server, url):
        settings = {"COOPNB_CATALOGUE": url}
        assert catalogue(workspace, settings).entries == () and server.asked == 0

        fresh = catalogue(workspace, settings, refresh=True)
        assert [entry.name for entry in fresh.entries] == ["empty", "wiki"] and not fresh.problem

    offline = catalogue(workspace, settings, refresh=True)
    assert offline.entries == fresh.entries and offline.as_of == fresh.as_of and fresh.as_of.endswith("Z")
    assert "cannot be reached" in offline.problem and "next" in offline.problem
    assert catalogue(workspace, {"COOPNB_CATALOGUE": "https://other.example.org/recipes.json"}).entries == ()


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ((200, {}, b"<html>login</html>"), "not JSON"),
        ((200, {}, b"[1]"), "a list"),
        ((503, {}, b"busy"), "answers 503"),
        ((302, {"Location": "http://recipes.example.org/recipes.json"}, b""), "over https"),
        ((302, {"Location": "file:///etc/passwd"}, b""), "over https"),
        ((302, {"Location": "/recipes.json"}, b""), "leads on and on"),
    ],
)
def test_a_bad_answer_leaves_the_kept_copy(
    tmp_path: Path, answer: tuple[int, dict[str, str], bytes], says: str
) -> None:
    """Whatever a server answers instead, the copy must still be used, and the problem told."""
    workspace = Workspace(tmp_path / "workspace")
    with site() as (server, url):
        settings = {"COOPNB_CATALOGUE": url}
        catalogue(workspace, settings, refresh=True)
        server.answer = answer
        found = catalogue(workspace, settings, refresh=True)

    assert says in found.problem and "  where  " in found.problem and "  next   " in found.problem
    assert [entry.name for entry in found.entries] == ["empty", "wiki"]


def test_too_much_and_too_slow_are_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue must be bounded in size and in time."""
    workspace = Workspace(tmp_path / "workspace")
    with site() as (server, url):
        settings = {"COOPNB_CATALOGUE": url}
        monkeypatch.setattr(catalogue_copy, "LARGEST", len(FIELD) - 1)
        assert "larger than" in catalogue(workspace, settings, refresh=True).problem
        server.silent = True
        began = time.monotonic()
        assert "takes too long" in catalogue(workspace, settings, refresh=True, seconds=0.3).problem
        assert time.monotonic() - began < 20


def test_one_that_drips_is_given_up(tmp_path: Path) -> None:
    """A server that sends a byte now and then, always in time for the next one, must be bounded by the whole."""
    workspace = Workspace(tmp_path / "workspace")
    with site() as (server, url):
        server.drips, server.answer = True, (200, {"Content-Length": "100000"}, b"")
        began = time.monotonic()
        found = catalogue(workspace, {"COOPNB_CATALOGUE": url}, refresh=True, seconds=1.0)
        server.drips = False
        assert "takes too long" in found.problem and time.monotonic() - began < 20


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ((200, {"Content-Length": str(len(FIELD) * 2)}, FIELD), "was cut off"),
        ((200, {"Content-Length": str(30 << 20)}, FIELD), "larger than 8 MiB"),
        ((200, {}, b"{" + b" " * (30 << 20) + b"}"), "larger than 8 MiB"),
        ((200, {}, b"{" + b",".join(b'"a%d":{}' % at for at in range(20_001)) + b"}"), "names 20001 recipes"),
    ],
    ids=["cut off", "says it is 30 MB", "30 MB", "too many"],
)
def test_what_is_too_much_or_too_little_leaves_the_copy_and_its_date(
    tmp_path: Path, answer: tuple[int, dict[str, str], bytes], says: str
) -> None:
    """A catalogue that is cut off or without bounds must be told as that, and the copy be used with its age."""
    workspace = Workspace(tmp_path / "workspace")
    with site() as (server, url):
        settings = {"COOPNB_CATALOGUE": url}
        kept = catalogue(workspace, settings, refresh=True)
        server.answer = answer
        found = catalogue(workspace, settings, refresh=True)

    assert says in found.problem and url in found.problem
    assert (found.entries, found.as_of) == (kept.entries, kept.as_of)
    text = recipes_output((), (), found, "").text
    assert f"Catalogue: 2 recipes as of {kept.as_of[:10]}" in text and "the copy that was kept" in text


def test_a_file_is_read_each_time_and_its_copy_serves_when_it_breaks(tmp_path: Path) -> None:
    """A path must need no refresh; when it is broken or gone, what it said before must still be there."""
    workspace = Workspace(tmp_path / "workspace")
    path = tmp_path / "recipes.json"
    settings = {"COOPNB_CATALOGUE": str(path)}
    assert "cannot be read" in catalogue(workspace, settings).problem
    path.write_bytes(FIELD)
    assert len(catalogue(workspace, settings).entries) == 2
    path.write_text("{")
    broken = catalogue(workspace, settings)
    assert "not JSON" in broken.problem and str(path) in broken.problem and len(broken.entries) == 2
