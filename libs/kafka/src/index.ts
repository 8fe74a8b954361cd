export * from './kafka-client.js';
export * from './kafka-directory-log.js';
export * from './kafka-establishment-log.js';
export * from './kafka-refusal-journal.js';
export * from './log-batch.strategy.js';
export * from './log-topics.js';
export * from './pass-failures.filter.js';
export * from './topics.js';
