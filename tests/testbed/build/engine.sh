# Makes $TREE a small Debian with a dockerd. Environment: TREE, SUITE, MIRROR, PACKAGES (separated by commas).
set -eu
debootstrap --variant=minbase --include="$PACKAGES" "$SUITE" "$TREE" "$MIRROR"
rm -rf "$TREE"/var/cache/apt/archives/*.deb "$TREE"/var/lib/apt/lists/*
rm -rf "$TREE"/usr/share/doc/* "$TREE"/usr/share/info/* "$TREE"/usr/share/locale/* "$TREE"/usr/share/man/*
mkdir -p "$TREE/etc/docker"
rm -f "$TREE/etc/resolv.conf"
touch "$TREE/etc/resolv.conf"
