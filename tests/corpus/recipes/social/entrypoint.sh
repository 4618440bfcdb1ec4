#!/bin/bash
export SECRET_KEY_BASE="$(cat /run/secrets/secret_key_base)"
exec "$@"
