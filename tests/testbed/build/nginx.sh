# nginx as upstream's image has it: docroot /usr/share/nginx/html, port 80, logs to the container's.
rm -f "$TREE"/etc/nginx/sites-enabled/*
install -m 0644 "$FILES/nginx.conf" "$TREE/etc/nginx/conf.d/default.conf"
mkdir -p "$TREE/usr/share/nginx/html"
echo '<h1>Welcome to nginx!</h1>' > "$TREE/usr/share/nginx/html/index.html"
ln -sf /dev/stdout "$TREE/var/log/nginx/access.log"
ln -sf /dev/stderr "$TREE/var/log/nginx/error.log"
