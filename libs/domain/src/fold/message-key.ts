import { createHash } from 'node:crypto';
import type { LogEvent } from '../log-event.js';

/** 32 hex characters that stand for sender, incarnation and message id; empty where there is no id. */
export const messageKeyOf = (event: Pick<LogEvent, 'sender' | 'incarnation' | 'messageId'>): string =>
  event.messageId === ''
    ? ''
    : createHash('sha256')
        .update(`${event.sender}\n${event.incarnation}\n${event.messageId}`)
        .digest('hex')
        .slice(0, 32);
