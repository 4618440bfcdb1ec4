"""The image store of one engine: what was pulled there, under which names."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from coopnb.practice.ids import digest_of
from coopnb.practice.world import familiar


@dataclass(frozen=True, slots=True)
class Image:
    """An image on an engine's disk; names are familiar ones (``nginx:1.27``, ``nginx@sha256:...``)."""

    id: str
    reference: str
    pulled: int
    tags: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Bytes on the disk: pseudo, between 20 and 220 MB, the same at all times."""
        return 20_000_000 + int(self.id[7:15], 16) % 200_000_000


class Images:
    """Images by id, oldest first."""

    def __init__(self) -> None:
        self._images: dict[str, Image] = {}

    def all(self) -> list[Image]:
        """Every image, the one that was pulled last first."""
        return list(reversed(self._images.values()))

    def has(self, reference: str) -> bool:
        """Whether a container can be made of this reference without a pull."""
        return self.find(reference) is not None

    def find(self, reference: str) -> Image | None:
        """The image that a name, a name with digest, an id or the beginning of an id means."""
        tag, digest = _names(reference)
        for image in self._images.values():
            if digest in image.digests if digest else tag in image.tags:
                return image
        bare = reference.removeprefix("sha256:")
        if len(bare) < 4 or not all(letter in "0123456789abcdef" for letter in bare):
            return None
        begun = [image for image in self._images.values() if image.id.removeprefix("sha256:").startswith(bare)]
        return begun[0] if len(begun) == 1 else None

    def add(self, reference: str, moment: int) -> Image:
        """Note a pulled image; pulled by digest it gets no tag, as on a real engine."""
        tag, digest = _names(reference)
        content = digest.partition("@")[2] or digest_of(tag)
        repository = tag.rpartition(":")[0]
        image_id = id_of(content)
        image = self._images.get(image_id) or Image(image_id, tag, moment)
        tags = image.tags if digest or tag in image.tags else (*image.tags, tag)
        named = f"{repository}@{content}"
        digests = image.digests if named in image.digests else (*image.digests, named)
        if not digest:
            self._take_tag(tag, image_id)
        self._images[image_id] = replace(image, tags=tags, digests=digests)
        return self._images[image_id]

    def tag(self, image: Image, name: str) -> None:
        """Give an image one more name, which no other image has from then on."""
        self._take_tag(name, image.id)
        current = self._images[image.id]
        if name not in current.tags:
            self._images[image.id] = replace(current, tags=(*current.tags, name))

    def untag(self, image: Image, name: str) -> Image:
        """Take a name from an image."""
        current = self._images[image.id]
        self._images[image.id] = replace(current, tags=tuple(tag for tag in current.tags if tag != name))
        return self._images[image.id]

    def remove(self, image: Image) -> None:
        """Take an image off the disk."""
        self._images.pop(image.id, None)

    def _take_tag(self, name: str, keeper: str) -> None:
        for image_id, image in self._images.items():
            if image_id != keeper and name in image.tags:
                self._images[image_id] = replace(image, tags=tuple(tag for tag in image.tags if tag != name))


def id_of(content: str) -> str:
    """The id of the image whose manifest has this digest (an image's id is its config's digest)."""
    return "sha256:" + hashlib.sha256(f"practice config {content}".encode()).hexdigest()


def image_id_of(reference: str) -> str:
    """The id that a reference's image has on every engine."""
    tag, digest = _names(reference)
    return id_of(digest.partition("@")[2] or digest_of(tag))


def _names(reference: str) -> tuple[str, str]:
    """The familiar name with its tag, and with its digest (empty without one)."""
    tag = familiar(reference)
    digest = reference.partition("@")[2]
    return tag, f"{tag.rpartition(':')[0]}@{digest}" if digest else ""
