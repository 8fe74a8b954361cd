import { Failure, Finess } from '#domain';
import type { Caller, OperatorCaller, ReaderCaller, SenderCaller } from './caller.js';

/** The callers of one file, by what they are known by. Hashes are SHA-256, hex, lower case. */
export interface KnownCallers {
  readonly senders: readonly SenderCaller[];
  readonly byToken: ReadonlyMap<string, Caller>;
  readonly byCertificate: ReadonlyMap<string, Caller>;
  readonly byMllpPort: ReadonlyMap<number, SenderCaller>;
}

const hint =
  'see libs/platform/README.md: { "senders": [{ "name", "finess", "tokenSha256", "certificateSha256", "mllpPort" }], "operators": […], "readers": […] }';
const fault = (where: string, what: string): Failure =>
  new Failure('input.invalid', `callers file: ${where} ${what}`, hint);

type Entry = Readonly<Record<string, unknown>>;

const entries = (file: Entry, list: string): readonly (readonly [string, Entry])[] => {
  const value = file[list] ?? [];
  if (!Array.isArray(value)) throw fault(list, 'is no list');
  return value.map((entry: unknown, index) => {
    if (typeof entry !== 'object' || entry === null) throw fault(`${list}[${index}]`, 'is no object');
    return [`${list}[${index}]`, entry as Entry];
  });
};

const name = (where: string, { name: value }: Entry): string => {
  if (typeof value !== 'string' || value === '') throw fault(where, 'has no name');
  return value;
};

const finess = (where: string, value: unknown): Finess => {
  if (typeof value !== 'string' || !Finess.matches(value)) throw fault(where, 'has no FINESS number');
  return value;
};

const hash = (where: string, key: string, entry: Entry): string | undefined => {
  const value = entry[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' || !/^[0-9a-f]{64}$/.test(value)) throw fault(where, `${key} is no SHA-256 in hex`);
  return value;
};

const add = <K, V>(map: Map<K, V>, key: K | undefined, value: V, where: string): void => {
  if (key === undefined) return;
  if (map.has(key)) throw fault(where, 'shares its token, certificate or port with another caller');
  map.set(key, value);
};

const port = (where: string, { mllpPort }: Entry): number | undefined => {
  if (mllpPort === undefined || mllpPort === null) return undefined;
  if (typeof mllpPort !== 'number' || !Number.isInteger(mllpPort) || mllpPort < 0 || mllpPort > 65_535)
    throw fault(where, 'mllpPort is no port');
  return mllpPort;
};

/** Reads the callers file. Throws `Failure` `input.invalid` that names the faulty entry; never repeats a value. */
export const parseCallers = (text: string): KnownCallers => {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    throw fault('it', 'is no JSON');
  }
  if (typeof file !== 'object' || file === null) throw fault('it', 'is no JSON object');
  const senders: SenderCaller[] = [];
  const byToken = new Map<string, Caller>();
  const byCertificate = new Map<string, Caller>();
  const byMllpPort = new Map<number, SenderCaller>();
  for (const [where, entry] of entries(file as Entry, 'senders')) {
    const sender: SenderCaller = { kind: 'sender', name: name(where, entry), finess: finess(where, entry['finess']) };
    senders.push(sender);
    add(byToken, hash(where, 'tokenSha256', entry), sender, where);
    add(byCertificate, hash(where, 'certificateSha256', entry), sender, where);
    add(byMllpPort, port(where, entry), sender, where);
  }
  for (const [where, entry] of entries(file as Entry, 'readers')) {
    const { establishments } = entry;
    if (!Array.isArray(establishments)) throw fault(where, 'has no list of establishments');
    const seen = establishments.map((value: unknown) => finess(where, value));
    const reader: ReaderCaller = { kind: 'reader', name: name(where, entry), establishments: seen };
    add(byToken, hash(where, 'tokenSha256', entry), reader, where);
    add(byCertificate, hash(where, 'certificateSha256', entry), reader, where);
  }
  for (const [where, entry] of entries(file as Entry, 'operators')) {
    const operator: OperatorCaller = { kind: 'operator', name: name(where, entry) };
    add(byToken, hash(where, 'tokenSha256', entry), operator, where);
    add(byCertificate, hash(where, 'certificateSha256', entry), operator, where);
  }
  return { senders, byToken, byCertificate, byMllpPort };
};
