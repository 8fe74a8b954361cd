// @ts-check
// What the command line asks for; contract, section 1. Node's own modules only: a wrong flag is told before anything is installed.
import { parseArgs } from 'node:util';

/**
 * @typedef {object} Flags
 * @property {boolean} fresh
 * @property {boolean} quietFeed
 * @property {boolean} ephemeral
 * @property {boolean} tls
 * @property {number} [portBase]
 * @property {string} [readyFile]
 * @property {number} rate Messages a second that the simulator publishes, all hospitals together.
 * @property {boolean} help
 */

export const usage = `npm start -- [flags]

  --fresh           begin anew: deletes the data of this system
  --quiet-feed      without the simulator: nothing is there until you send it
  --port-base N     on ports N to N+11, with a data folder of its own (.reprise-N)
  --tls             every wire encrypted, with a CA made on the spot; Kafka obeys whom its rules name
  --ephemeral       in a temporary folder that is removed at the end
  --ready-file F    once ready, write all addresses there as JSON
  --rate R          messages a second from the simulator (5)
  --help            this page

A second system beside the first: --port-base N, with --ephemeral or without.
`;

export const usageOfTest = `npm test

All tests: unit, integration, end to end. It takes no flags; a part of them:

  npm run test:unit                                        no server is started
  npx vitest run --project integration libs/NAME           on a real Kafka and Postgres
  npx vitest run --project e2e test/NAME.e2e.spec.ts       after npm run build
`;

/** @param {string} flag @param {string} text @param {number} min @param {number} max */
const wholeNumber = (flag, text, min, max) => {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new RangeError(`${flag} ${text}: not a whole number from ${min} to ${max}`);
};

/** Throws an Error whose message is a sentence. @param {readonly string[]} args @returns {Flags} */
export const readFlags = (args) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      fresh: { type: 'boolean', default: false },
      'quiet-feed': { type: 'boolean', default: false },
      ephemeral: { type: 'boolean', default: false },
      tls: { type: 'boolean', default: false },
      'port-base': { type: 'string' },
      'ready-file': { type: 'string' },
      rate: { type: 'string', default: '5' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { 'port-base': portBase, 'ready-file': readyFile, rate = '' } = values;
  return {
    fresh: values.fresh === true,
    quietFeed: values['quiet-feed'] === true,
    ephemeral: values.ephemeral === true,
    tls: values.tls === true,
    // N+11 is the last one; below 1024 needs rights that we do not want.
    ...(portBase !== undefined && { portBase: wholeNumber('--port-base', portBase, 1024, 65_535 - 11) }),
    ...(readyFile !== undefined && { readyFile }),
    rate: wholeNumber('--rate', rate, 1, 100_000),
    help: values.help === true,
  };
};

/** The first sentence of what `readFlags` threw. @param {unknown} error */
export const faultOf = (error) =>
  error instanceof Error ? (error.message.split('. ')[0] ?? error.message) : 'unreadable flags';
