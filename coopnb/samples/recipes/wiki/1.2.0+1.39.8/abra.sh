export ENTRYPOINT_VERSION=v1
export LOCAL_SETTINGS_VERSION=v1

# create_admin NAME: makes an account with all rights; its password is asked for
create_admin() {
  php /var/www/html/maintenance/createAndPromote.php --bureaucrat --sysop --interface-admin "$1"
}
