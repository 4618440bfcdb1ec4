"""Which image a service is given."""

from __future__ import annotations

import pytest

from coopnb.model.image import ImageSeen
from coopnb.plan.images import pin, readable, tagged
from tests.nouns import spec, wanted


@pytest.mark.parametrize(
    ("written", "given"),
    [
        ("nginx", "nginx:latest"),
        ("index.docker.io/library/nginx:1", "nginx:1"),
        ("library/nginx", "nginx:latest"),
        ("library/of/books", "library/of/books:latest"),
        ("nginx:1", "nginx:1"),
        ("docker.io/library/nginx", "nginx:latest"),
        ("docker.io/ana/wiki:2", "ana/wiki:2"),
        ("registry.example.org:5000/wiki", "registry.example.org:5000/wiki:latest"),
        ("nginx@sha256:abc", "nginx@sha256:abc"),
    ],
)
def test_a_reference_is_given_as_the_cli_gives_it(written: str, given: str) -> None:
    """Names of the hub must lose their prefix, and every reference must have a tag or a digest."""
    assert tagged(written) == given


def test_a_reference_with_a_digest_is_not_pinned_twice() -> None:
    """A file that names a digest must be taken at its word."""
    reference = "nginx@sha256:" + "b" * 64
    images = {reference: ImageSeen(reference, "sha256:" + "a" * 64)}

    assert pin(wanted(spec(reference)), None, images)["TaskTemplate"]["ContainerSpec"]["Image"] == reference


def test_platforms_follow_the_image() -> None:
    """The placement must name the platforms that the registry tells."""
    platforms = ({"Architecture": "amd64", "OS": "linux"},)
    images = {"nginx:1": ImageSeen("nginx:1", "sha256:" + "a" * 64, platforms)}

    assert pin(wanted(spec("nginx:1")), None, images)["TaskTemplate"]["Placement"]["Platforms"] == [dict(platforms[0])]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("wiki:1@sha256:aa", "wiki:2@sha256:bb", ("wiki:1", "wiki:2")),
        ("wiki:1@sha256:aa", "wiki:1@sha256:bb", ("wiki:1 (aa)", "wiki:1 (bb)")),
        ("wiki:1", "wiki:1@sha256:bb", ("wiki:1 (no digest)", "wiki:1 (bb)")),
    ],
)
def test_two_images_are_told_apart(before: str, after: str, told: tuple[str, str]) -> None:
    """A change must show by tag, or by digest where the tag is the same."""
    assert readable(before, after) == told
