#!/bin/sh
exec restic backup /var/lib/docker/volumes
