"""The site that all tests of this folder share: started once, by the first that asks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.real.site import Site, site
from tests.testbed.fixtures import temporary
from tests.testbed.requirements import require_real, require_sshd


@pytest.fixture(scope="session")
def coop() -> Iterator[Site]:
    """Three nodes behind an ssh alias with a port of its own, a registry they pull from, recipes on a git remote."""
    require_real("three real engines with a registry")
    require_sshd("the way to them")
    with temporary("coopnb-site-") as directory, site(directory) as started:
        yield started
