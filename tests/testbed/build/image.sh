# Installs packages into $TREE, a copy of the base, and lets $SCRIPT make an image of it. Environment: TREE, PACKAGES, SCRIPT, FILES.
set -eu
export DEBIAN_FRONTEND=noninteractive
mount -t proc proc "$TREE/proc"
cp /etc/resolv.conf "$TREE/etc/resolv.conf"
chroot "$TREE" apt-get -q -y install $PACKAGES
. "$SCRIPT"
umount "$TREE/proc"
rm -rf "$TREE"/var/lib/apt/lists/* "$TREE"/var/cache/apt/* "$TREE"/var/cache/debconf/* "$TREE"/var/log/*.log "$TREE"/var/log/apt
rm -rf "$TREE"/usr/share/doc/* "$TREE"/usr/share/man/* "$TREE"/usr/share/locale/* "$TREE/usr/sbin/policy-rc.d" "$TREE/etc/resolv.conf"
