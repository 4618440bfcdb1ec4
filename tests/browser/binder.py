"""Work the first lesson in what ``binder/start`` started: ``python -m tests.browser.binder URL FOLDER``.

FOLDER is coopnb's own of the workspace that JupyterLab shows. ``tools/binder-check`` runs this without a network.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import sync_playwright

from tests.browser.conftest import FLAGS
from tests.browser.first_lesson import first_steps, open_first
from tests.browser.notebook import PATIENCE


def main(start: str, own: Path) -> int:
    """One click from the page that opens to the lesson, its first steps, and nothing asked of another host."""
    foreign: set[str] = set()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(PATIENCE)

        def asked(url: str) -> None:
            there = urlsplit(url)
            if there.netloc not in ("", urlsplit(start).netloc):
                foreign.add(there.netloc)

        page.on("request", lambda request: asked(request.url))
        _index, lesson = open_first(page, start, own)
        print("binder-check: one click from the page that opens led to lesson 1", flush=True)
        first_steps(lesson)
        browser.close()
    if foreign:
        print(f"binder-check: the page asked for something at {', '.join(sorted(foreign))}", file=sys.stderr)
        return 1
    print("binder-check: its first two steps were worked and checked; nothing was asked of another host", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
