# Makes $TREE a small Debian with its package lists. Environment: TREE, SUITE, MIRROR.
set -eu
debootstrap --variant=minbase "$SUITE" "$TREE" "$MIRROR"
cat > "$TREE/etc/dpkg/dpkg.cfg.d/small" <<'END'
force-unsafe-io
path-exclude=/usr/share/doc/*
path-exclude=/usr/share/info/*
path-exclude=/usr/share/lintian/*
path-exclude=/usr/share/locale/*
path-exclude=/usr/share/man/*
END
cat > "$TREE/etc/apt/apt.conf.d/small" <<'END'
APT::Install-Recommends "false";
Acquire::Languages "none";
Binary::apt::APT::Keep-Downloaded-Packages "false";
END
printf '#!/bin/sh\nexit 101\n' > "$TREE/usr/sbin/policy-rc.d"
chmod 0755 "$TREE/usr/sbin/policy-rc.d"
mount -t proc proc "$TREE/proc"
chroot "$TREE" apt-get -q update
chroot "$TREE" apt-get -q clean
rm -rf "$TREE"/usr/share/doc/* "$TREE"/usr/share/info/* "$TREE"/usr/share/locale/* "$TREE"/usr/share/man/*
umount "$TREE/proc"
