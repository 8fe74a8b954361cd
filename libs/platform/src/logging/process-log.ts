import { Failure } from '#domain';
import { type DestinationStream, pino } from 'pino';
import { gatheredLines } from './gathered-lines.js';

/**
 * The fields that a log line may have. What is not in this table is not written, so that no patient data can slip into a log by
 * way of an object that happens to carry it: extend the table with names, counts and durations, never with content.
 */
const fieldKinds = {
  establishment: 'string',
  sender: 'string',
  caller: 'string',
  callerKind: 'string',
  address: 'string',
  record: 'string',
  patient: 'string',
  interaction: 'string',
  replica: 'string',
  territory: 'string',
  restoreId: 'string',
  planId: 'string',
  correlationId: 'string',
  code: 'string',
  text: 'string',
  hint: 'string',
  context: 'string',
  setting: 'string',
  state: 'string',
  host: 'string',
  route: 'string',
  method: 'string',
  errorName: 'string',
  frames: 'string',
  position: 'number',
  from: 'number',
  to: 'number',
  timeline: 'number',
  generation: 'number',
  count: 'number',
  records: 'number',
  parked: 'number',
  bytes: 'number',
  port: 'number',
  attempt: 'number',
  status: 'number',
  ageSeconds: 'number',
  ms: 'number',
} as const satisfies Record<string, 'string' | 'number'>;

export type LogFields = {
  readonly [F in keyof typeof fieldKinds]?: (typeof fieldKinds)[F] extends 'string' ? string : number;
};

/** `noun.past-participle`: `batch.applied`, `listener.opened`; and `access`, the line of `http/access-line.ts`. */
export type LogName = `${string}.${string}` | 'access';

/** @limit All processes | characters of a text in a log line | cut */
const textLengthMax = 2_000;

const known = (fields: LogFields): Record<string, string | number> => {
  const line: Record<string, string | number> = {};
  for (const name of Object.keys(fields) as (keyof LogFields)[]) {
    const value = fields[name];
    if (value !== undefined && Object.hasOwn(fieldKinds, name) && typeof value === fieldKinds[name])
      line[name] = typeof value === 'string' ? value.slice(0, textLengthMax) : value;
  }
  return line;
};

/** Where an unknown error was thrown, without its message: `JSON.parse` and drivers quote the content they choke on. */
const framesOf = (error: unknown): string =>
  error instanceof Error ? (error.stack?.match(/^\s+at .*$/gm) ?? []).map((frame) => frame.trim()).join(' < ') : '';

/** What went wrong, in loggable fields: a Failure in its own words, anything else by its place only. */
export const faultFields = (error: unknown): LogFields =>
  error instanceof Failure
    ? { code: error.code, text: error.message, hint: error.hint }
    : {
        errorName: error instanceof Error ? error.name : typeof error,
        ...(error instanceof Error && 'code' in error && typeof error.code === 'string' && { code: error.code }),
        frames: framesOf(error),
      };

/** The log of one process: JSON events, one a line, with a fixed `name` and known fields, written before the call returns. */
export class ProcessLog {
  private readonly pino;
  constructor(app: string, destination: DestinationStream = gatheredLines(1)) {
    this.pino = pino(
      {
        base: { app },
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (level) => ({ level }) },
      },
      destination,
    );
  }
  info(name: LogName, fields: LogFields = {}): void {
    this.often(name, fields);
    this.pino.flush();
  }
  /** What happens thousands of times a second: such lines are gathered for some milliseconds (`gathered-lines.ts`). */
  often(name: LogName, fields: LogFields = {}): void {
    this.pino.info({ name, ...known(fields) });
  }
  warn(name: LogName, fields: LogFields = {}): void {
    this.pino.warn({ name, ...known(fields) });
    this.pino.flush();
  }
  /** Something failed and was answered or will be tried again; or the process ends because of it. */
  fault(name: LogName, error: unknown, fields: LogFields = {}): void {
    this.pino.error({ name, ...known({ ...fields, ...faultFields(error) }) });
    this.pino.flush();
  }
}
