#!/bin/sh
# Starts one broker of any image that has Java and Kafka's jars in /opt/kafka/libs, as apache/kafka has. The data folder is formatted once.
set -eu
node=$1
properties=/tmp/broker.properties
# Where brokers do not know each other by the service's name, BROKER_1 to BROKER_3 are what they are called.
sed -e "s/NODE/$node/g" -e "s/kafka-1:/${BROKER_1:-kafka-1}:/g" -e "s/kafka-2:/${BROKER_2:-kafka-2}:/g" -e "s/kafka-3:/${BROKER_3:-kafka-3}:/g" \
  /etc/reprise/broker.properties >"$properties"
kafka() {
  main=$1
  shift
  # JVM flags: half of the container's memory, the rest is for the system's cache of files.
  exec java -XX:MaxRAMPercentage=50 -XX:+ExitOnOutOfMemoryError -Dlog4j2.configurationFile=/etc/reprise/log4j2.properties \
    -cp '/opt/kafka/libs/*' "$main" "$@"
}
if [ ! -e /var/lib/kafka/data/meta.properties ]; then
  (kafka kafka.tools.StorageTool format --ignore-formatted --cluster-id "$(cat /installation/cluster-id)" --config "$properties")
fi
kafka kafka.Kafka "$properties"
