# MariaDB as upstream's image has it: an empty /var/lib/mysql, the entrypoint's variables, healthcheck.sh, all addresses.
rm -rf "$TREE"/var/lib/mysql/*
sed -i 's/^bind-address/#&/' "$TREE/etc/mysql/mariadb.conf.d/50-server.cnf"
install -m 0755 "$FILES/mariadb-entrypoint" "$TREE/usr/local/bin/docker-entrypoint.sh"
install -m 0755 "$FILES/mariadb-healthcheck" "$TREE/usr/local/bin/healthcheck.sh"
rm -f "$TREE"/var/log/mysql/*
