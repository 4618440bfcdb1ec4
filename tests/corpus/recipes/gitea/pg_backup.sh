#!/bin/sh
pg_dump -U gitea gitea > /var/lib/postgresql/data/backup.sql
