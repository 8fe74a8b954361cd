import kafkajs from 'kafkajs';

/** Node sees only some of this CommonJS package's names: its values are imported here, its types where they are used. */
export const {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  CompressionCodecs,
  CompressionTypes,
  ConfigResourceTypes,
  Kafka,
  KafkaJSOffsetOutOfRange,
  KafkaJSProtocolError,
  logLevel,
  PartitionAssigners,
  ResourcePatternTypes,
} = kafkajs;
