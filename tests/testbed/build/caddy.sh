# Caddy as upstream's image has it: /etc/caddy/Caddyfile, data in /data, wget for health checks.
mkdir -p "$TREE/data/caddy" "$TREE/config/caddy"
