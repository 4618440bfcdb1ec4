#!/bin/sh
exec docker-php-entrypoint "$@"
