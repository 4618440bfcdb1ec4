# MediaWiki as upstream's image has it: under /var/www/html, served by Apache on port 80, `apache2-foreground` in the foreground.
html=$TREE/var/www/html
code=$TREE/usr/share/mediawiki
rm -rf "$html" "$code/LocalSettings.php" "$code/config" "$code/extensions" "$code/images"
mv "$code" "$html"
mv "$html/extensions-core" "$html/extensions"
mv "$TREE/var/lib/mediawiki/images" "$html/images"
mv "$TREE/var/lib/mediawiki/cache" "$html/cache"
rm -rf "$TREE/var/lib/mediawiki"

# half of it is translations, which cost every test run seconds
find "$html" -path '*/i18n/*' -name '*.json' ! -name en.json ! -name de.json ! -name es.json ! -name fr.json -delete
rm -rf "$html/extensions/VisualEditor" "$html/extensions/CodeEditor"

install -m 0755 "$FILES/apache2-foreground" "$TREE/usr/local/bin/apache2-foreground"
rm -f "$TREE"/etc/apache2/conf-enabled/mediawiki.conf
printf 'ServerName localhost\n<Directory /var/www/>\n\tAllowOverride All\n</Directory>\n' > "$TREE/etc/apache2/conf-enabled/image.conf"
ln -sf /dev/stdout "$TREE/var/log/apache2/access.log"
ln -sf /dev/stdout "$TREE/var/log/apache2/other_vhosts_access.log"
ln -sf /dev/stderr "$TREE/var/log/apache2/error.log"
