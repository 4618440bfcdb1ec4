"""What changes an engine's images: pull, tag, delete, prune."""

from __future__ import annotations

import json
from collections.abc import Iterator

from coopnb.practice.agents.registry import pull
from coopnb.practice.containers import Container
from coopnb.practice.engines import Engine
from coopnb.practice.handlers.asked import asked_engine
from coopnb.practice.handlers.containers import image_id
from coopnb.practice.handlers.images import created, find_image, layer
from coopnb.practice.handlers.selection import read_prune
from coopnb.practice.images import Image
from coopnb.practice.objects import Json
from coopnb.practice.specs.names import check_image
from coopnb.practice.swarm import PracticeSwarm
from coopnb.practice.wire import End, Request, Response, Unsubscribe, Write, empty, json_response
from coopnb.practice.wire_errors import Refusal, not_simulated
from coopnb.practice.world import familiar

_STEPS = 5
_BAR = 50


def pull_image(swarm: PracticeSwarm, request: Request) -> Response:
    """Pull an image, telling how far it is; credentials are accepted, and not kept."""
    engine = asked_engine(swarm, request)
    name, tag = request.query.get("fromImage", ""), request.query.get("tag", "")
    if not name:
        raise not_simulated("POST", "/images/create with fromSrc", "images are what the world says they are")
    name = name.removesuffix(":")
    check_image(name)
    if tag:
        bare = name.partition("@")[0]
        repository = bare if ":" not in bare.rpartition("/")[2] else bare.rpartition(":")[0]
        name = f"{repository}{'@' if tag.startswith('sha256:') else ':'}{tag}"
        check_image(name)
    if "@" not in name:
        name = familiar(name)
    refused = swarm.registry.refusal(name)
    if refused is not None:
        status, said = refused
        raise Refusal(status, f"manifest for {name} not found: {said}" if status == 404 else said)
    known = engine.images.has(name)
    duration, problem = pull(swarm.machines.under(engine), swarm.registry, name, swarm.world.image(name))
    if problem:
        # dockerd has begun to answer by then, so the failure comes as a line of the stream.
        return Response(200, _line(errorDetail={"message": problem}, error=problem), stream=True)
    image = engine.images.add(name, swarm.clock.now)
    _tell(swarm, engine, "pull", name, name)
    lines = list(_progress(name, image, known))
    if known or swarm.clock.mode != "real":
        return Response(200, b"".join(lines), stream=True)
    pause = duration // len(lines)

    def follow(write: Write, end: End) -> Unsubscribe:
        timers = [
            swarm.clock.tell(at * pause, lambda line=line: write(line))  # type: ignore[misc]
            for at, line in enumerate(lines)
        ]
        timers.append(swarm.clock.tell(len(lines) * pause, end))

        def leave() -> None:
            for timer in timers:
                timer.cancel()

        return leave

    return Response(200, b"", stream=True, follow=follow)


def tag_image(swarm: PracticeSwarm, request: Request, reference: str) -> Response:
    """Give an image one more name."""
    engine = asked_engine(swarm, request)
    repository, tag = request.query.get("repo", ""), request.query.get("tag", "")
    name = f"{repository}:{tag}" if tag else repository
    check_image(name)
    if familiar(name).partition(":")[0] == "sha256":
        raise Refusal(400, "refusing to create an ambiguous tag using digest algorithm as name")
    image = find_image(engine, reference)
    engine.images.tag(image, familiar(name))
    _tell(swarm, engine, "tag", image.id, familiar(name))
    return empty(201)


def delete_image(swarm: PracticeSwarm, request: Request, reference: str) -> Response:
    """Take a name from an image, and the image off the disk when it was the last one."""
    engine, force = asked_engine(swarm, request), request.flag("force")
    if not reference.strip():
        raise Refusal(400, "image name cannot be blank")
    image = find_image(engine, reference)
    users = [item for item in swarm.containers.on(engine.node_id) if image_id(engine, item) == image.id]
    by_id = image.id.removeprefix("sha256:").startswith(reference.removeprefix("sha256:"))
    single = len(image.tags) <= 1
    if by_id:
        _check_unused(image, users, force)
        if not single and not force:
            raise _conflict(image, "must be forced", "image is referenced in multiple repositories")
        return json_response(_removed(swarm, engine, image))
    if users and single and not force:
        said = f'conflict: unable to remove repository reference "{reference}" (must force) - container '
        raise Refusal(409, said + f"{users[0].id[:12]} is using its referenced image {_short(image)}")
    if single and users:
        raise _conflict(image, "cannot be forced", f"image is being used by running container {users[0].id[:12]}")
    if single:
        return json_response(_removed(swarm, engine, image))
    name = reference if "@" in reference else familiar(reference)
    engine.images.untag(image, name)
    _tell(swarm, engine, "untag", image.id, image.id)
    return json_response([{"Untagged": name}])


def prune_images(swarm: PracticeSwarm, request: Request) -> Response:
    """Remove the images without a name (``dangling=false``: all) that no container uses."""
    engine = asked_engine(swarm, request)
    chosen = read_prune(request, swarm.clock.now, ("dangling", "label", "label!", "until"))
    every = chosen.filters.flag("dangling") is False
    used = {image_id(engine, item) for item in swarm.containers.on(engine.node_id)}
    gone = [
        image
        for image in engine.images.all()
        if image.id not in used and (every or not image.tags) and chosen.takes({}, created(swarm, image))
    ]
    removed = [record for image in gone for record in _removed(swarm, engine, image)]
    reclaimed = sum(image.size for image in gone)
    swarm.events.emit_later(engine.node_id, "image", "prune", "", lambda: {"reclaimed": str(reclaimed)})
    return json_response({"ImagesDeleted": removed or None, "SpaceReclaimed": reclaimed})


def _removed(swarm: PracticeSwarm, engine: Engine, image: Image) -> list[Json]:
    """Remove an image; what dockerd says of that."""
    engine.images.remove(image)
    names = [*image.tags, *image.digests]
    for _ in names:
        _tell(swarm, engine, "untag", image.id, image.id)
    _tell(swarm, engine, "delete", image.id, image.id)
    return [*({"Untagged": name} for name in names), {"Deleted": image.id}, {"Deleted": layer(image)}]


def _check_unused(image: Image, users: list[Container], force: bool) -> None:
    running = [item for item in users if item.state == "running"]
    if running:
        raise _conflict(image, "cannot be forced", f"image is being used by running container {running[0].id[:12]}")
    if users and not force:
        raise _conflict(image, "must be forced", f"image is being used by stopped container {users[0].id[:12]}")


def _conflict(image: Image, how: str, why: str) -> Refusal:
    return Refusal(409, f"conflict: unable to delete {_short(image)} ({how}) - {why}")


def _short(image: Image) -> str:
    return image.id.removeprefix("sha256:")[:12]


def _progress(name: str, image: Image, known: bool) -> Iterator[bytes]:
    """What a pull prints, a JSON object a line."""
    bare, _, digest = name.partition("@")
    repository = bare if digest else bare.rpartition(":")[0]
    official = repository if "/" in repository else f"library/{repository}"
    part = layer(image).removeprefix("sha256:")[:12]
    yield _line(status=f"Pulling from {official}", id=digest or bare.rpartition(":")[2])
    if not known:
        yield _line(status="Pulling fs layer", progressDetail={}, id=part)
        for step in range(1, _STEPS + 1):
            yield _bar("Downloading", part, image.size * step // _STEPS, image.size)
        yield _line(status="Verifying Checksum", progressDetail={}, id=part)
        yield _line(status="Download complete", progressDetail={}, id=part)
        yield _bar("Extracting", part, image.size, image.size)
        yield _line(status="Pull complete", progressDetail={}, id=part)
    yield _line(status=f"Digest: {image.digests[0].partition('@')[2]}")
    said = "Image is up to date" if known else "Downloaded newer image"
    yield _line(status=f"Status: {said} for {name}")


def _bar(status: str, part: str, current: int, total: int) -> bytes:
    done = _BAR * current // total
    bar = ("=" * done + ">")[:_BAR].ljust(_BAR)
    shown = f"[{bar}]  {current / 1e6:.4g}MB/{total / 1e6:.4g}MB"
    return _line(status=status, progressDetail={"current": current, "total": total}, progress=shown, id=part)


def _line(**fields: object) -> bytes:
    return json.dumps(fields, separators=(",", ":")).encode() + b"\r\n"


def _tell(swarm: PracticeSwarm, engine: Engine, action: str, actor: str, name: str) -> None:
    swarm.events.emit_later(engine.node_id, "image", action, actor, lambda: {"name": name})
