"""Images under upstream names, made of Debian's packages: same secrets, same configs, same ports."""

from __future__ import annotations

import hashlib
import io
import os
import platform
import shutil
import subprocess
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.testbed.building import BUILD, STEP_SECONDS, lock, run, scratch
from tests.testbed.debian import cache_directory, mirror
from tests.testbed.engine import RealEngine
from tests.testbed.processes import SYSTEM_PATH

SUITE = "bookworm"


@dataclass(frozen=True, slots=True)
class Image:
    """One content under one or more upstream names.

    Attributes:
        name: also that of its script in ``build/``, if it is made of packages.
        tags: the names that recipes use.
        changes: Dockerfile instructions, as ``docker import --change`` takes them.
        packages: of Debian; none means the static busybox alone.
        files: what its script takes from ``build/``.
    """

    name: str
    tags: tuple[str, ...]
    changes: tuple[str, ...]
    packages: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


BUSYBOX = Image("busybox", ("busybox:1.36", "busybox:1.37"), ('CMD ["sh"]',))
NGINX = Image(
    "nginx",
    ("nginx:1.26.3", "nginx:1.28.0"),
    ("EXPOSE 80", 'CMD ["nginx", "-g", "daemon off;"]'),
    ("nginx", "curl"),
    ("nginx.conf",),
)
MEDIAWIKI = Image(
    "mediawiki",
    ("mediawiki:1.39.8", "mediawiki:1.39.17", "mediawiki:1.43.0"),
    ("EXPOSE 80", "WORKDIR /var/www/html", 'CMD ["apache2-foreground"]'),
    ("mediawiki", "libapache2-mod-php", "php-cli", "php-mysql", "php-apcu", "curl"),
    ("apache2-foreground",),
)
MARIADB = Image(
    "mariadb",
    ("mariadb:10.11.8", "mariadb:10.11.11"),
    (
        "EXPOSE 3306",
        "VOLUME /var/lib/mysql",
        'ENTRYPOINT ["docker-entrypoint.sh"]',
        'CMD ["mariadbd", "--user=mysql"]',
    ),
    ("mariadb-server",),
    ("mariadb-entrypoint", "mariadb-healthcheck"),
)
CADDY = Image(
    "caddy",
    ("caddy:2.8.4",),
    (
        "EXPOSE 80 443",
        "ENV XDG_CONFIG_HOME=/config XDG_DATA_HOME=/data",
        'CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]',
    ),
    ("caddy", "wget"),
)
IMAGES = (BUSYBOX, NGINX, MEDIAWIKI, MARIADB, CADDY)


def load(engine: RealEngine, images: Iterable[Image] = IMAGES) -> None:
    """Bring images into an engine, under all their names; the first run on a machine builds them."""
    for image in images:
        if engine.docker("image", "inspect", *image.tags, check=False).returncode == 0:
            continue
        first, *others = image.tags
        changes = [part for change in image.changes for part in ("--change", change)]
        engine.docker("import", *changes, archive(image), first, timeout=STEP_SECONDS)
        for other in others:
            engine.docker("tag", first, other)


def archive(image: Image) -> Path:
    """Return the image's file system as a tar of the cache, built if its recipe is not there yet."""
    target = cache_directory() / f"{image.name}-{recipe_hash(image)}.tar"
    with lock(image.name):
        if not target.exists():
            if image.packages:
                build(image, base(), target)
            else:
                build_busybox(target)
            discard_older(target, image.name)
    return target


def recipe_hash(image: Image) -> str:
    """Return a digest of all that decides an image's content, except what Debian changes by itself."""
    parts = [SUITE, platform.machine(), *image.packages]
    if image.packages:
        scripts = ("base.sh", "image.sh", f"{image.name}.sh", *image.files)
        parts += [(BUILD / name).read_text(encoding="utf-8") for name in scripts]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def base() -> Path:
    """Return a small Debian as a tar of the cache."""
    digest = hashlib.sha256(f"{SUITE} {platform.machine()} {(BUILD / 'base.sh').read_text()}".encode()).hexdigest()[:12]
    target = cache_directory() / f"debian-{digest}.tar"
    with lock("debian"):
        if not target.exists():
            with scratch("a small Debian that test images are made of") as tree:
                run("base.sh", TREE=str(tree), SUITE=SUITE, MIRROR=mirror())
                pack(tree, target)
            discard_older(target, "debian")
    return target


def build(image: Image, debian: Path, target: Path) -> None:
    """Make an image of packages."""
    with scratch(f"the test image {image.name}") as tree:
        subprocess.run(["tar", "-C", tree, "-xpf", debian], check=True, timeout=STEP_SECONDS)
        script = str(BUILD / f"{image.name}.sh")
        run("image.sh", TREE=str(tree), PACKAGES=" ".join(image.packages), SCRIPT=script, FILES=str(BUILD))
        pack(tree, target)


def build_busybox(target: Path) -> None:
    """Make an image of the machine's static busybox."""
    binary = Path(shutil.which("busybox", path=SYSTEM_PATH) or "/bin/busybox")
    applets = subprocess.run([binary, "--list"], capture_output=True, text=True, check=True, timeout=20).stdout.split()
    partial = target.with_suffix(f".{os.getpid()}")
    with tarfile.open(partial, "w") as tar:
        for folder in ("bin", "etc", "tmp", "www"):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if folder == "tmp" else 0o755
            tar.addfile(entry)
        tar.add(binary, "bin/busybox")
        for applet in applets:
            if applet != "busybox":
                entry = tarfile.TarInfo(f"bin/{applet}")
                entry.type, entry.linkname = tarfile.SYMTYPE, "busybox"
                tar.addfile(entry)
        for name, text in (("etc/passwd", "root:x:0:0:root:/:/bin/sh\n"), ("www/index.html", "busybox\n")):
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text.encode()))
    partial.rename(target)


def pack(tree: Path, target: Path) -> None:
    """Write a file tree as a tar, in one step."""
    partial = target.with_suffix(f".{os.getpid()}")
    try:
        subprocess.run(["tar", "-C", tree, "-cf", partial, "."], check=True, timeout=STEP_SECONDS)
        partial.rename(target)
    finally:
        partial.unlink(missing_ok=True)


def discard_older(target: Path, name: str) -> None:
    """Remove what earlier recipes of the same thing left in the cache."""
    for path in cache_directory().glob(f"{name}-*.tar"):
        if path != target:
            path.unlink()
