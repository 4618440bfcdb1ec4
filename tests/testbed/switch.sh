# Runs as process 1 of a network namespace of its own, which is a switch: two bridges, of which the second is for those
# who are cut off from the first. Ends when it is killed, and all its ports with it.
set -eu
ip link set lo up
for bridge in near far; do
  ip link add "$bridge" type bridge
  ip link set "$bridge" up
done
exec sleep infinity
