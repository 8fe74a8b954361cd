import type { Finess } from '#domain';
import { metrics, type SenderCaller } from '#platform';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { HeldBackSender } from './sender-quota.js';

export type Door = 'mllp' | 'fhir' | 'cloudevents';

const captured = new Counter({
  name: 'reprise_captured_messages_total',
  help: 'Messages by the door that they came through and what became of them',
  labelNames: ['door', 'outcome'],
  registers: [metrics],
});
const ofSender = new Counter({
  name: 'reprise_sender_messages_total',
  help: 'Messages of a sender by what became of them: durable, refused, not-now, fault',
  labelNames: ['establishment', 'sender', 'outcome'],
  registers: [metrics],
});
const closed = new Gauge({
  name: 'reprise_capture_closed',
  help: 'Establishments of which nothing is taken, because a setting of their log could lose it: 1; 0 where all is well',
  labelNames: ['establishment'],
  registers: [metrics],
});
const seconds = new Histogram({
  name: 'reprise_capture_seconds',
  help: 'From the last byte received to the answer',
  labelNames: ['door'],
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5, 10],
  registers: [metrics],
});
export const openConnections = new Gauge({
  name: 'reprise_mllp_connections',
  help: 'MLLP connections that are open',
  registers: [metrics],
});
export const closedConnections = new Counter({
  name: 'reprise_mllp_connections_closed_total',
  help: 'MLLP connections that the gateway closed, by reason',
  labelNames: ['reason'],
  registers: [metrics],
});
export const lostBytes = new Counter({
  name: 'reprise_mllp_lost_bytes_total',
  help: 'Bytes of a sender that came and made no message: cut-off, outside-frame, not-taken',
  labelNames: ['sender', 'reason'],
  registers: [metrics],
});
export const heldBytes = new Gauge({
  name: 'reprise_capture_held_bytes',
  help: 'Bytes of messages that are held and not yet answered',
  registers: [metrics],
});

export const overQuota = new Counter({
  name: 'reprise_capture_over_quota_total',
  help: 'Messages of a sender that were not taken because of what it had sent within the hour',
  labelNames: ['sender'],
  registers: [metrics],
});

const roomInSeconds = new Gauge({
  name: 'reprise_sender_held_back_seconds',
  help: 'Senders whose messages are not taken now because of their quota, and when there is room again; control reads it',
  labelNames: ['sender'],
  registers: [metrics],
});

export const showHeldBack = (senders: readonly HeldBackSender[]): void => {
  roomInSeconds.reset();
  for (const held of senders) roomInSeconds.set({ sender: held.sender }, held.roomInSeconds);
};

export const showClosed = (establishment: Finess, isClosed: boolean): void => {
  closed.set({ establishment }, isClosed ? 1 : 0);
};

const outcomes = ['durable', 'refused', 'not-now', 'fault'] as const;
const counted = new Set<string>();

/** A series that begins with its first message has no increase that Prometheus could see: each outcome begins with 0. */
const beginCounting = (labels: { readonly establishment: string; readonly sender: string }): void => {
  if (counted.has(labels.sender)) return;
  counted.add(labels.sender);
  for (const outcome of outcomes) ofSender.inc({ ...labels, outcome }, 0);
};

/** Counts a message when it is answered. */
export const countCaptured = (
  { door, sender }: { readonly door: Door; readonly sender: Pick<SenderCaller, 'name' | 'finess'> },
  outcome: (typeof outcomes)[number],
  sinceMs: number,
): void => {
  captured.inc({ door, outcome });
  const labels = { establishment: sender.finess, sender: sender.name };
  beginCounting(labels);
  ofSender.inc({ ...labels, outcome });
  seconds.observe({ door }, (performance.now() - sinceMs) / 1000);
};
