export { acknowledge, type AcknowledgementCode, answers, type Outcome } from './acknowledge.js';
export type { MessageError } from './findings.js';
export type { MappedEvent } from './mapped-event.js';
export type { MessageHead } from './message-head.js';
export { answerBatch, type BatchFile, readBatch, readMessages } from './mllp/batch.js';
export { frame, FrameReader, type FrameItem } from './mllp/frame-reader.js';
export { readEnvelope } from './read-envelope.js';
export { readMessage, type Reading } from './read-message.js';
export type { ReadingContext } from './reading-context.js';
