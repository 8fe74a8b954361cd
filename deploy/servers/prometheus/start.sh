#!/bin/sh
# Prometheus, with the servers' names in the place of SERVER_1 and SERVER_2.
set -eu
sed -e "s/SERVER_1/$SERVER_1/" -e "s/SERVER_2/$SERVER_2/" /etc/reprise/prometheus.yml >/tmp/prometheus.yml
exec prometheus --config.file=/tmp/prometheus.yml --storage.tsdb.path=/prometheus --storage.tsdb.retention.time=30d
