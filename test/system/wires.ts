import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { trustAlso } from '#platform';
import type { Credentials } from './local-system.js';

/** The end-to-end tests run twice: with wires in the clear, and with every wire closed (vitest.config.ts). */
export const areClosed = process.env['TEST_WIRES'] === 'closed';

/** What a test is known by to a server of the system: `postgres`, `reprise-admin`; nothing in the clear. */
export const certifiedAs = ({ ca }: Credentials, name: string): ConnectionOptions | undefined => {
  if (!areClosed) return undefined;
  const text = (file: string): string => readFileSync(join(dirname(ca), name, file), 'utf8');
  return { ca: text('ca.crt'), cert: text('tls.crt'), key: text('tls.key') };
};

/** With that of a sender. */
export const asSender = ({ ca, senders }: Credentials, index: number): ConnectionOptions | undefined => {
  const sender = senders[index];
  if (!areClosed || !sender) return undefined;
  return { ca: readFileSync(ca, 'utf8'), cert: readFileSync(sender.cert), key: readFileSync(sender.key) };
};

/** What `fetch` believes from here on. */
export const trust = ({ ca }: Credentials): void => {
  if (areClosed) trustAlso(readFileSync(ca, 'utf8'));
};
