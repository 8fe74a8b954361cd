import { createRequire } from 'node:module';

interface RequestQueue {
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests: (this: RequestQueue) => void;
}

const isRequestQueue = (value: unknown): value is RequestQueue =>
  typeof value === 'object' && value !== null && 'scheduleCheckPendingRequests' in value;

let quiet = false;

/**
 * kafkajs 2.2.4 re-arms a timer with a negative delay on every connection for ever, with nothing to check: 4 to 5 % of a core
 * when idle, and a TimeoutNegativeWarning (tulios/kafkajs issue 1751, pull request 1768). A request that has to wait arms it itself.
 */
export const quietRequestQueue = (): void => {
  if (quiet) return;
  const { prototype }: { prototype: unknown } = createRequire(import.meta.url)(
    'kafkajs/src/network/requestQueue/index.js',
  );
  if (!isRequestQueue(prototype)) throw new Error('not the kafkajs that this correction was written for (2.2.4)');
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
    if (this.pending.length > 0) schedule.call(this);
  };
  quiet = true;
};
