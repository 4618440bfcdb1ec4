# Runs as process 1 of namespaces of its own (network, mounts, processes, host name), starts dockerd there and waits for it.
# What it mounts is seen by nobody else and goes with it.
# Environment: ENGINE_DIRECTORY, ENGINE_NAME, ENGINE_CGROUP, ENGINE_TREE (a root directory, or empty), ENGINE_ADDRESS (of
# eth0, or empty), ENGINE_IN_MEMORY (anything, or empty), DOCKERD, RESOLVER (an address), PYTHON, and two scripts: NO_SUCH_NAME, IN_TREE.
set -eu
hostname "$ENGINE_NAME"
ip link set lo up
ip address add "$RESOLVER/32" dev lo

# the network card is plugged in from outside
if [ -n "$ENGINE_ADDRESS" ]; then
  until ip link show eth0 > /dev/null 2>&1; do sleep 0.05; done
  ip address add "$ENGINE_ADDRESS" dev eth0
  ip link set eth0 up
fi

# what containers are told when they ask for a foreign name
"$PYTHON" -I -S "$NO_SUCH_NAME" "$RESOLVER" &

if [ -n "$ENGINE_IN_MEMORY" ]; then mount -t tmpfs tmpfs "$ENGINE_DIRECTORY/data"; fi

if [ -n "$ENGINE_TREE" ]; then
  unshare --mount --propagation private /bin/sh "$IN_TREE" &
  wait $!
  exit
fi

# containerd and dockerd write to these whatever their options say
for folder in /run /opt /etc/docker; do
  if [ -d "$folder" ]; then mount -t tmpfs tmpfs "$folder"; fi
done

# without a name server that refuses at once, every task waits 20 s for the registry of an image that is local
resolver=$(readlink -m /etc/resolv.conf)
mkdir -p "$(dirname "$resolver")"
[ -e "$resolver" ] || touch "$resolver"
mount --bind "$ENGINE_DIRECTORY/resolv.conf" "$resolver"

"$DOCKERD" \
  --config-file "$ENGINE_DIRECTORY/daemon.json" \
  --data-root "$ENGINE_DIRECTORY/data" \
  --exec-root "$ENGINE_DIRECTORY/exec" \
  --cgroup-parent "$ENGINE_CGROUP" \
  -p "$ENGINE_DIRECTORY/dockerd.pid" \
  -H "unix://$ENGINE_DIRECTORY/engine.sock" \
  $ENGINE_FLAGS &
wait $!
