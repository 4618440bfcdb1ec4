# Becomes the dockerd of another Debian, in a mount namespace of its own. boot.sh starts it and says what it is given.
#
# The tree becomes the root by pivot_root. In a chroot, `docker exec` would enter the machine's own file system: a container
# runtime asks the kernel for the mount namespace's root, and that stays what it was. The tree itself is mounted read-only,
# so that engines share one; what is written goes to the engine's directory, which is /srv in there, and to memory.
set -eu
root=$ENGINE_DIRECTORY/root
mount --bind "$ENGINE_TREE" "$root"
mount -o remount,bind,ro "$root"
for folder in proc sys dev; do mount --rbind "/$folder" "$root/$folder"; done
for folder in run opt tmp etc/docker var/lib; do mount -t tmpfs tmpfs "$root/$folder"; done
mount --bind "$ENGINE_DIRECTORY" "$root/srv"
mount --bind "$ENGINE_DIRECTORY/resolv.conf" "$root/etc/resolv.conf"
cd "$root"
pivot_root . mnt
umount -l /mnt
cd /
exec dockerd \
  --config-file /srv/daemon.json \
  --data-root /srv/data \
  --exec-root /srv/exec \
  --cgroup-parent "$ENGINE_CGROUP" \
  -p /srv/dockerd.pid \
  -H unix:///srv/engine.sock
