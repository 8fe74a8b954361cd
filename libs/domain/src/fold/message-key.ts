import { hash } from 'node:crypto';
import type { LogEvent } from '../log-event.js';

/** 32 hex characters that stand for sender, incarnation and message id; empty where there is no id. */
export const messageKeyOf = (event: Pick<LogEvent, 'sender' | 'incarnation' | 'messageId'>): string =>
  event.messageId === ''
    ? ''
    : hash('sha256', `${event.sender}\n${event.incarnation}\n${event.messageId}`, 'hex').slice(0, 32);
