export ENTRYPOINT_VERSION=v2
export LOCAL_SETTINGS_VERSION=v2

# create_admin NAME: makes an account with all rights; its password is asked for
create_admin() {
  php /var/www/html/maintenance/createAndPromote.php --bureaucrat --sysop --interface-admin "$1"
}

# upgrade_database: brings the tables to this version, once, after a backup; there is no way back but the backup
upgrade_database() {
  php /var/www/html/maintenance/update.php --quick
}
