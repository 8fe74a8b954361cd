import { parseArgs } from 'node:util';
import { Failure } from '#domain';

/** What the command line asks for; contract, section 1. */
export interface Flags {
  readonly fresh: boolean;
  readonly quietFeed: boolean;
  readonly ephemeral: boolean;
  readonly portBase?: number;
  readonly readyFile?: string;
  /** Messages a second that the simulator publishes, all hospitals together. */
  readonly rate: number;
  readonly help: boolean;
}

export const usage = `npm start -- [flags]

  --fresh           begin anew: deletes the data of this system
  --quiet-feed      without the simulator
  --ephemeral       in a temporary folder that is removed at the end
  --port-base N     on ports N to N+11, with a data folder of its own
  --ready-file F    once ready, write all addresses there as JSON
  --rate R          messages a second from the simulator (5)
`;

const wholeNumber = (flag: string, text: string, min: number, max: number): number => {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new Failure(
    'input.invalid',
    `${flag} ${text}: not a whole number from ${min} to ${max}`,
    'npm start -- --help',
  );
};

/** Throws `input.invalid` with a sentence. */
export const parseFlags = (args: readonly string[]): Flags => {
  const parse = () =>
    parseArgs({
      args: [...args],
      options: {
        fresh: { type: 'boolean', default: false },
        'quiet-feed': { type: 'boolean', default: false },
        ephemeral: { type: 'boolean', default: false },
        'port-base': { type: 'string' },
        'ready-file': { type: 'string' },
        rate: { type: 'string', default: '5' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  let values: ReturnType<typeof parse>;
  try {
    values = parse();
  } catch (error) {
    const what = error instanceof Error ? (error.message.split('. ')[0] ?? error.message) : 'unreadable flags';
    throw new Failure('input.invalid', what, 'npm start -- --help', { cause: error });
  }
  const { 'port-base': portBase, 'ready-file': readyFile } = values;
  return {
    fresh: values.fresh,
    quietFeed: values['quiet-feed'],
    ephemeral: values.ephemeral,
    // N+11 is the last one; below 1024 needs rights that we do not want.
    ...(portBase !== undefined && { portBase: wholeNumber('--port-base', portBase, 1024, 65_535 - 11) }),
    ...(readyFile !== undefined && { readyFile }),
    rate: wholeNumber('--rate', values.rate, 1, 100_000),
    help: values.help,
  };
};
