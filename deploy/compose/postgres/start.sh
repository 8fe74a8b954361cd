#!/bin/sh
# Starts one server of any image that has PostgreSQL 18 on its path, as postgres:18 has. The data folder is made once, and moved to its
# place when it is whole.
set -eu
home=/var/lib/postgresql
data=$home/18
# Postgres takes its key from nobody else's hands: a copy that is its own, in memory.
install -m 0600 /installation/tls.key /tmp/tls.key
if [ ! -e "$data" ]; then
  rm -rf "$home/half"
  # Code point order, the same on every machine and in both replicas.
  initdb -D "$home/half" --data-checksums --encoding=UTF8 --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8 \
    --username=postgres --auth=scram-sha-256 --pwfile=/installation/superuser-password
  mv "$home/half" "$data"
fi
exec postgres -D "$data" \
  -c listen_addresses='*' -c unix_socket_directories= -c hba_file=/etc/reprise/pg_hba.conf \
  -c ssl=on -c ssl_cert_file=/installation/tls.crt -c ssl_key_file=/tmp/tls.key -c ssl_min_protocol_version=TLSv1.2 -c ssl_ciphers=ECDHE+AESGCM:ECDHE+CHACHA20 \
  -c ssl_tls13_ciphers=TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256 \
  -c password_encryption=scram-sha-256 -c timezone=UTC -c log_timezone=UTC \
  -c shared_buffers=256MB -c max_wal_size=2GB -c max_notify_queue_pages=64 \
  -c log_min_messages=warning -c log_min_error_statement=panic -c log_error_verbosity=terse -c log_parameter_max_length_on_error=0
