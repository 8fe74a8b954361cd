import { createHash, randomBytes } from 'node:crypto';
import type { LocalCertificates } from './certificates.js';
import type { TerritoryFile } from './demo-territory.js';

/** `credentials.json`, mode 0600; contract, section 2. `cert`, `key` and `ca` are paths of PEM files. */
export interface Credentials {
  readonly senders: readonly {
    readonly name: string;
    readonly finess: string;
    readonly token: string;
    readonly mllpPort: number;
    readonly cert: string;
    readonly key: string;
  }[];
  readonly operators: readonly { readonly name: string; readonly token: string }[];
  readonly readers: readonly {
    readonly name: string;
    readonly token: string;
    readonly establishments: readonly string[];
  }[];
  readonly ca: string;
}

/** `callers.json`: what the apps know of the callers (libs/platform/README.md). No token can be read from it. */
export interface CallersFile {
  readonly senders: readonly {
    readonly name: string;
    readonly finess: string;
    readonly tokenSha256: string;
    readonly certificateSha256: string;
    readonly mllpPort: number;
  }[];
  readonly operators: readonly { readonly name: string; readonly tokenSha256: string }[];
  readonly readers: readonly {
    readonly name: string;
    readonly tokenSha256: string;
    readonly establishments: readonly string[];
  }[];
}

const token = (): string => randomBytes(32).toString('base64url');

/** Paths, from the data folder. */
type CertificatePaths = Pick<LocalCertificates, 'authority' | 'certificateOf' | 'keyOf'>;

/**
 * Two operators, a reader of the whole territory, a reader of the first establishment, and the territory's senders.
 * Tokens of `former` are kept: a restart changes no secret, only the ports and paths that it is asked for.
 */
export const makeCredentials = (
  territory: TerritoryFile,
  mllpPorts: readonly number[],
  paths: CertificatePaths,
  former: Credentials | undefined,
): Credentials => {
  const kept = (list: readonly { name: string; token: string }[] | undefined, name: string): string =>
    list?.find((entry) => entry.name === name)?.token ?? token();
  const all = territory.establishments.map(({ finess }) => finess);
  return {
    senders: territory.senders.map(({ name, finess }, index) => ({
      name,
      finess,
      token: kept(former?.senders, name),
      mllpPort: mllpPorts[index] ?? 0,
      cert: paths.certificateOf(name),
      key: paths.keyOf(name),
    })),
    operators: ['camille', 'dominique'].map((name) => ({ name, token: kept(former?.operators, name) })),
    readers: [
      { name: 'viewer', token: kept(former?.readers, 'viewer'), establishments: all },
      { name: 'viewer-first', token: kept(former?.readers, 'viewer-first'), establishments: all.slice(0, 1) },
    ],
    ca: paths.authority,
  };
};

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** @param certificateSha256 by sender */
export const callersOf = (
  credentials: Credentials,
  certificateSha256: Readonly<Record<string, string>>,
): CallersFile => ({
  senders: credentials.senders.map((sender) => ({
    name: sender.name,
    finess: sender.finess,
    tokenSha256: sha256(sender.token),
    certificateSha256: certificateSha256[sender.name] ?? '',
    mllpPort: sender.mllpPort,
  })),
  operators: credentials.operators.map(({ name, token: secret }) => ({ name, tokenSha256: sha256(secret) })),
  readers: credentials.readers.map(({ name, token: secret, establishments }) => ({
    name,
    tokenSha256: sha256(secret),
    establishments,
  })),
});

/** The secrets that record ids depend on, one per establishment: never rotated, `former` ones always stay. */
export const recordIdSecrets = (
  territory: TerritoryFile,
  former: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(territory.establishments.map(({ finess }) => [finess, randomBytes(32).toString('hex')])),
  ...former,
});
