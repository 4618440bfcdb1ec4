#!/bin/bash
# Waits for the database, installs the wiki into it or updates its tables, then serves it.
set -euo pipefail

wiki=/var/www/html
settings=/etc/wiki/LocalSettings.php

# pages: prints how many pages the wiki has; fails while the database cannot be asked or has no tables yet
pages() {
  php -r '
    mysqli_report(MYSQLI_REPORT_OFF);
    $database = @new mysqli(getenv("DB_HOST"), getenv("DB_USER"), trim(file_get_contents("/run/secrets/db_password")), getenv("DB_NAME"));
    if ($database->connect_errno) {
        fwrite(STDERR, "the database does not answer yet: " . $database->connect_error . "\n");
        exit(2);
    }
    $answer = $database->query("SELECT COUNT(*) FROM page");
    if ($answer === false) {
        // 1146: there is no such table, so nothing was installed yet; anything else may pass.
        exit($database->errno === 1146 ? 1 : 2);
    }
    echo $answer->fetch_row()[0];
  '
}

wait_for_database() {
  for _ in $(seq 60); do
    status=0
    count=$(pages) || status=$?
    if [ "$status" -ne 2 ]; then
      return
    fi
    sleep 2
  done
  echo "the database at $DB_HOST did not answer within two minutes" >&2
  exit 1
}

# Passwords go through files, never through arguments that a process list would show.
install() {
  local scratch
  scratch=$(mktemp -d)
  head -c 24 /dev/urandom | base64 | tr -d '\n' > "$scratch/admin"
  tr -d '\n' < /run/secrets/db_password > "$scratch/db"
  echo "installing the wiki"
  php "$wiki/maintenance/install.php" \
    --dbtype mysql --dbserver "$DB_HOST" --dbname "$DB_NAME" --dbuser "$DB_USER" --dbpassfile "$scratch/db" \
    --server "https://$DOMAIN" --scriptpath "" --lang "$WIKI_LANGUAGE" \
    --confpath "$scratch" --passfile "$scratch/admin" \
    "$WIKI_NAME" Maintenance
  rm -r "$scratch"
}

# The database may restart in the same deploy, so an update that breaks off is made again.
update() {
  for _ in $(seq 5); do
    echo "updating the wiki's tables"
    if php "$wiki/maintenance/update.php" --quick; then
      return
    fi
    sleep 2
    wait_for_database
  done
  echo "the update of the tables did not get through" >&2
  exit 1
}

wait_for_database
if [ "${count:-0}" -gt 0 ]; then
  ln -sf "$settings" "$wiki/LocalSettings.php"
  update
else
  rm -f "$wiki/LocalSettings.php"
  install
  ln -sf "$settings" "$wiki/LocalSettings.php"
fi

chown www-data:www-data "$wiki/images"
exec apache2-foreground
