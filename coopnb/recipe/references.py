"""Stage 7, what a merged file refers to: images, networks, volumes, configs, secrets, files.

docker notices some of this only after it has created networks; here it stops before anything is done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from coopnb.errors import RecipeError
from coopnb.model.compose import Compose, ConfigObject, SecretObject
from coopnb.model.finding import Finding
from coopnb.model.origin import KeyPath
from coopnb.recipe.files import Files
from coopnb.recipe.image import is_image_reference
from coopnb.recipe.interpolate import IMAGE_NEEDS_A_SETTING
from coopnb.recipe.node import Node, nearest, place, wrong

# swarmkit manager/controlapi: a secret holds less than 500 KiB, a config less than 1000 KiB.
_LARGEST = {"secrets": 511_999, "configs": 1_023_999}


def check_references(compose: Compose, root: Node, findings: Sequence[Finding]) -> None:
    """Check that every service has an image, and that what it names is declared.

    Raises:
        RecipeError: a missing or impossible image, an undefined network, volume, config or secret.
    """
    for name, service in compose.services.items():
        path: KeyPath = ("services", name)
        _check_image(service.image, root, path, findings)
        for network in service.networks:
            if network != "default":
                _check_declared("network", network, compose.networks, root, (*path, "networks", network))
        for section, given in (("configs", service.configs), ("secrets", service.secrets)):
            declared = compose.configs if section == "configs" else compose.secrets
            for index, reference in enumerate(given):
                _check_declared(section[:-1], reference.source, declared, root, (*path, section, index))
        for index, mount in enumerate(service.volumes):
            if mount.type == "volume" and mount.source:
                _check_declared("volume", mount.source, compose.volumes, root, (*path, "volumes", index))


def _check_image(image: str, root: Node, path: KeyPath, findings: Sequence[Finding]) -> None:
    node = nearest(root, (*path, "image"))
    if not is_image_reference(image):
        for each in findings:
            if each.rule == IMAGE_NEEDS_A_SETTING and (each.path, each.origin) == ((*path, "image"), node.origin):
                headline, _, what = each.text.partition(": ")
                raise RecipeError(headline, what=what, where=place(node.origin, each.path), hint=each.hint)
    if not image:
        raise wrong(f"the service {path[1]} has no image", node, path, hint="swarm cannot build one: name an image")
    if not is_image_reference(image):
        becomes = f", which becomes {image!r}" if node.raw is not None else ""
        hint = "an image is written name:tag, with the name in lower case"
        raise wrong(
            f"{image!r} is no name of an image",
            node,
            (*path, "image"),
            what=f"written {node.written}{becomes}",
            hint=hint,
        )


def _check_declared(kind: str, key: str, declared: Mapping[str, object], root: Node, path: KeyPath) -> None:
    if key in declared:
        return
    names = ", ".join(sorted(declared))
    hint = f"declare it under the top-level {kind}s" + (f"; declared there: {names}" if names else "")
    raise wrong(f"the {kind} {key!r} is used and not declared", nearest(root, path), path, hint=hint)


def read_object_files(compose: Compose, root: Node, files: Files) -> None:
    """Read the files of configs and secrets that swarm would have to create.

    Raises:
        RecipeError: neither a file nor ``external``, or a file that is missing, empty, too large, or
            outside the recipe's folder.
    """
    for section, objects in (("configs", compose.configs), ("secrets", compose.secrets)):
        entries: Mapping[str, ConfigObject | SecretObject] = objects
        for key, item in entries.items():
            path: KeyPath = (section, key)
            if item.external or (isinstance(item, SecretObject) and item.driver):
                continue
            node = nearest(root, (*path, "file"))
            if not item.file:
                hint = "give it file: with a path in the recipe, or external: true if it is made elsewhere"
                raise wrong(f"the {section[:-1]} {key!r} has no file", node, path, hint=hint)
            data = files.read(item.file, node, (*path, "file"))
            if not data or len(data) > _LARGEST[section]:
                size = f"{len(data):,} bytes; swarm takes 1 to {_LARGEST[section]:,}"
                raise wrong(f"the {section[:-1]} {key!r} cannot be created", node, (*path, "file"), what=size)
