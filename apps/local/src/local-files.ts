import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '#domain';
import { makeSigningKey, publicKeyEnding, publicKeyIn, signingKeyFile } from '#keys';
import { fingerprintOf } from '#testing';
import { LocalCertificates } from './certificates.js';
import { callersOf, type Credentials, makeCredentials, recordIdSecrets } from './credentials.js';
import { readJsonIfThere, writeWhole } from './write-whole.js';
import type { TerritoryFile } from './demo-territory.js';
import type { PortPlan } from './port-plan.js';
import { senderFile } from './sender-file.js';

/** Where the apps find what they are told by file. */
export interface LocalFiles {
  readonly credentials: string;
  readonly callers: string;
  readonly secrets: string;
  readonly territory: string;
  /** Folder of the senders' profiles. */
  readonly senders: string;
  /** Of the doors; those of servers and of who calls them are in folders below it. */
  readonly tls: string;
  readonly certificates: LocalCertificates;
  /** A folder a replica with a password a role, and `control` with that of control a replica. */
  readonly passwords: string;
  /** Of the key that control signs with. */
  readonly keys: string;
  readonly trustedKeys: string;
}

export const localFiles = (folder: string): LocalFiles => ({
  credentials: join(folder, 'credentials.json'),
  callers: join(folder, 'callers.json'),
  secrets: join(folder, 'secrets.json'),
  territory: join(folder, 'territory.json'),
  senders: join(folder, 'senders'),
  tls: join(folder, 'tls'),
  certificates: new LocalCertificates(join(folder, 'tls')),
  passwords: join(folder, 'passwords'),
  keys: join(folder, 'keys'),
  trustedKeys: join(folder, 'trusted-keys'),
});

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/**
 * The key that signs is made where there is no log yet, so that nothing can have been signed; one that is lost later is not replaced: what was approved
 * with it would count no more. Its public half is named to every process.
 */
const writeKeys = (folder: string, { keys, trustedKeys }: LocalFiles): void => {
  const signingKey = join(keys, signingKeyFile);
  if (!existsSync(signingKey) && !existsSync(join(folder, 'kafka'))) makeSigningKey(keys);
  if (!existsSync(signingKey))
    throw new Failure(
      'input.invalid',
      `the signing key ${signingKey} is gone, and what was approved with it would count no more`,
      'bring it back from a backup, make another one (docs/operating.md, "Keys"), or begin anew with `npm start -- --fresh`',
    );
  mkdirSync(trustedKeys, { recursive: true });
  writeWhole(join(trustedKeys, `control${publicKeyEnding}`), publicKeyIn(keys));
};

/** Secrets are made once and stay; what depends on ports and paths is written at each start. */
export const writeLocalFiles = async (
  folder: string,
  territory: TerritoryFile,
  ports: PortPlan,
): Promise<Credentials> => {
  const files = localFiles(folder);
  const { certificates } = files;
  writeKeys(folder, files);
  if (!existsSync(files.tls)) mkdirSync(files.tls, { mode: 0o700 });
  const senders = territory.senders.map(({ name }) => name);
  await certificates.makeOnce(senders);
  const mllpPorts = [ports.mllp1, ports.mllp2, ports.mllp3];
  const former = readJsonIfThere<Credentials>(files.credentials);
  const credentials = makeCredentials(territory, mllpPorts, certificates, former);
  const fingerprints = Object.fromEntries(
    senders.map((name) => [name, fingerprintOf(readFileSync(certificates.certificateOf(name), 'utf8'))]),
  );
  writeWhole(files.credentials, json(credentials), 0o600);
  chmodSync(files.credentials, 0o600);
  writeWhole(files.callers, json(callersOf(credentials, fingerprints)), 0o600);
  writeWhole(files.secrets, json(recordIdSecrets(territory, readJsonIfThere(files.secrets))), 0o600);
  const { senders: profiles, ...declared } = territory;
  writeWhole(files.territory, json(declared));
  mkdirSync(files.senders, { recursive: true });
  // Whoever tries something out edits these: what is there stays.
  for (const profile of profiles) {
    const path = join(files.senders, `${profile.name}.yaml`);
    if (!existsSync(path)) writeWhole(path, senderFile(profile));
  }
  return credentials;
};
