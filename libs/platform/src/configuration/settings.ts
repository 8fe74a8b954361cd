import { Transform } from 'class-transformer';
import { buildMessage, ValidateBy } from 'class-validator';
import { isLoopback } from '../wires/loopback.js';

/** A kind of setting: how its text is read, and what a wrong one is told. `undefined` = wrong. */
const setting =
  <T>(name: string, expected: string, read: (text: string) => T | undefined) =>
  (): PropertyDecorator =>
  (target, property) => {
    // A value that could not be read becomes a symbol, so that validation and not the transformation tells of it.
    Transform(({ value }) => (typeof value === 'string' ? (read(value) ?? wrong) : value))(target, property);
    ValidateBy({
      name,
      validator: {
        validate: (value) => value !== undefined && value !== wrong,
        defaultMessage: buildMessage(() => expected),
      },
    })(target, property);
  };
const wrong = Symbol('a setting that could not be read');

const integer = (text: string, min: number, max: number): number | undefined => {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : undefined;
};

const list = <T>(text: string, read: (item: string) => T | undefined): readonly T[] | undefined => {
  const items = text.split(',').map((item) => read(item.trim()));
  return items.every((item) => item !== undefined) ? Object.freeze(items) : undefined;
};

/** Any text: a path, a name, an address. */
export const Text = setting('text', 'must be a text', (text) => text);

/** 0 lets the system choose; only tests want that. */
export const Port = setting('port', 'must be a port, 0 to 65535', (text) => integer(text, 0, 65_535));

/** A whole number of at least one: replicas, sizes. */
export const Count = setting('count', 'must be a whole number of at least 1', (text) => integer(text, 1, 999_999_999));

/** A part of a whole, from 0 to 1. */
export const Ratio = setting('ratio', 'must be a number from 0 to 1', (text) =>
  /^(?:0(?:\.\d+)?|1(?:\.0+)?)$/.test(text) ? Number(text) : undefined,
);

/** `host:port,host:port` */
export const Addresses = setting('addresses', 'must be host:port, several divided by commas', (text) =>
  list(text, (item) => (/^[^\s:/]+:\d{1,5}$/.test(item) ? item : undefined)),
);

/** `a,b` */
export const Names = setting('names', 'must be names, several divided by commas', (text) =>
  list(text, (item) => (/^[a-z0-9-]+$/.test(item) ? item : undefined)),
);

/** `https://host:port` */
export const Url = setting('url', 'must be a URL', (text) => (URL.canParse(text) ? text : undefined));

/** A password has no place in an environment: who may look at processes reads it. Nor has anything behind `?`: it would be ignored in silence. */
const postgresUrl = (text: string): string | undefined => {
  const url = URL.parse(text);
  if (!url || !/^postgres(?:ql)?:$/.test(url.protocol) || url.search !== '') return undefined;
  return url.username !== '' && url.password === '' ? text : undefined;
};

/** `postgres://user@host:port/database` */
export const PostgresUrl = setting(
  'postgresUrl',
  'must be postgres://user@host:port/database, the password in a file and not in it',
  postgresUrl,
);

const named =
  (read: (url: string) => string | undefined) =>
  (text: string): Readonly<Record<string, string>> | undefined => {
    const pairs = list(text, (item) => {
      const [, name, url = ''] = /^([a-z0-9-]+)=(.+)$/.exec(item) ?? [];
      return name !== undefined && read(url) !== undefined ? ([name, url] as const) : undefined;
    });
    const isEachOnce = new Set(pairs?.map(([name]) => name)).size === pairs?.length;
    return pairs && isEachOnce ? Object.freeze(Object.fromEntries(pairs)) : undefined;
  };

/** Of a door of ours: outside loopback nothing is spoken in the clear. */
const doorUrl = (text: string): string | undefined => {
  const url = URL.parse(text);
  const isClosed = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  return isClosed ? text : undefined;
};

/** `a=https://host:port,b=…`, read as `{ a: URL, b: URL }`. A name that comes twice would hide an address. */
export const NamedUrls = setting(
  'namedUrls',
  'must be name=https://host:port (on loopback http:// too), several divided by commas, each name once',
  named(doorUrl),
);

/** `a=postgres://user@host:port/database,b=…` */
export const NamedPostgresUrls = setting(
  'namedPostgresUrls',
  'must be name=postgres://user@host:port/database, several divided by commas, each name once, the passwords in files and not in it',
  named(postgresUrl),
);
