import { setTimeout as pause } from 'node:timers/promises';
import type { ConnectionOptions } from 'node:tls';
import { identity } from './messages.js';
import { MllpConnection } from './mllp-connection.js';

export interface SteadyLoad {
  /** Where a connection is made, or made again: the first that answers counts. */
  readonly ports: readonly number[];
  /** With which certificate, where wires are closed. */
  readonly tls?: ConnectionOptions | undefined;
  readonly connections: number;
  /** Messages a second, of all connections together. */
  readonly rate: number;
  /** Begins every control id. */
  readonly name: string;
  /** Asked before each message. */
  readonly goesOn: () => boolean;
  /** Gets each message that is acknowledged, in the order of the acknowledgements. */
  readonly acknowledged: Acknowledged[];
}

export interface Acknowledged {
  readonly controlId: string;
  readonly atMs: number;
}

/** So many people that messages of one meet each other, and a replica stays small. */
const people = 500;
const againMs = 200;
/** A sender that hears nothing for so long takes its connection for dead. */
const unansweredMs = 15_000;

const answered = async (connection: MllpConnection, message: string): Promise<string> => {
  const late = new AbortController();
  try {
    return await Promise.race([
      connection.send(message),
      pause(unansweredMs, undefined, { signal: late.signal }).then(() => {
        throw new Error('no answer');
      }),
    ]);
  } finally {
    late.abort();
  }
};

const connect = async (
  ports: readonly number[],
  tls: ConnectionOptions | undefined,
): Promise<MllpConnection | undefined> => {
  for (const port of ports) {
    const connection = await MllpConnection.open(port, tls).catch(() => undefined);
    if (connection) return connection;
  }
  return undefined;
};

/**
 * Sends as a hospital's system does: on each connection one message after the other, each until it is acknowledged (`AA`), again after no
 * answer and after `AR`, elsewhere where the connection is gone. What an outage held up is sent as fast as it goes. Throws on `AE`.
 * @returns how many were sent again
 */
export const sendSteadily = async (load: SteadyLoad): Promise<number> => {
  const { ports, tls, connections, rate, name, goesOn, acknowledged } = load;
  let repeated = 0;
  const everyMs = (1000 * connections) / rate;
  const line = async (index: number): Promise<void> => {
    const own = [...ports.slice(index % ports.length), ...ports.slice(0, index % ports.length)];
    let connection: MllpConnection | undefined;
    const taken = async (message: string): Promise<boolean> => {
      connection ??= await connect(own, tls);
      if (!connection) return false;
      try {
        const code = /MSA\|(\w\w)/.exec(await answered(connection, message))?.[1];
        if (code === 'AA') return true;
        if (code !== 'AR') throw new RangeError(`answered ${code}`);
      } catch (error) {
        if (error instanceof RangeError) throw error;
        connection.close();
        connection = undefined;
      }
      return false;
    };
    const beganAtMs = Date.now() + (everyMs * index) / connections;
    for (let n = 0; goesOn(); n += 1) {
      await pause(Math.max(0, beganAtMs + n * everyMs - Date.now()));
      const controlId = `${name}${index}-${n}`;
      const message = identity({ controlId, ipp: `${name}${(n * connections + index) % people}`, family: `N${n}` });
      while (!(await taken(message))) {
        repeated += 1;
        await pause(againMs);
      }
      acknowledged.push({ controlId, atMs: Date.now() });
    }
    connection?.close();
  };
  await Promise.all(Array.from({ length: connections }, (_, index) => line(index)));
  return repeated;
};

/** The longest time in which nothing was acknowledged, ms. */
export const longestSilenceMs = (acknowledged: readonly Acknowledged[]): number =>
  acknowledged.reduce((most, { atMs }, at) => Math.max(most, atMs - (acknowledged[at - 1]?.atMs ?? atMs)), 0);
