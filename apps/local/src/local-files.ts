import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '#domain';
import { makeSigningKey, publicKeyEnding, publicKeyIn, signingKeyFile } from '#keys';
import { fingerprintOf, makeCertificates } from './certificates.js';
import { callersOf, type CertificatePaths, type Credentials, makeCredentials, recordIdSecrets } from './credentials.js';
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
  readonly tls: string;
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
  keys: join(folder, 'keys'),
  trustedKeys: join(folder, 'trusted-keys'),
});

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Written by certificates, last of all: a first start that was interrupted makes them again, together. */
const writeCertificates = async (tls: string, paths: CertificatePaths, senders: readonly string[]): Promise<void> => {
  const mark = join(tls, 'made-for.json');
  if (JSON.stringify(readJsonIfThere(mark)) === JSON.stringify(senders)) return;
  const made = await makeCertificates(senders, new Date());
  mkdirSync(join(tls, 'senders'), { recursive: true, mode: 0o700 });
  writeWhole(paths.authority, made.authority);
  writeWhole(join(tls, 'server.crt'), made.server.certificate);
  writeWhole(join(tls, 'server.key'), made.server.key, 0o600);
  for (const [sender, { certificate, key }] of Object.entries(made.senders)) {
    writeWhole(paths.certificateOf(sender), certificate);
    writeWhole(paths.keyOf(sender), key, 0o600);
  }
  writeWhole(mark, json(senders));
};

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
  const paths: CertificatePaths = {
    authority: join(files.tls, 'ca.crt'),
    certificateOf: (sender) => join(files.tls, 'senders', `${sender}.crt`),
    keyOf: (sender) => join(files.tls, 'senders', `${sender}.key`),
  };
  writeKeys(folder, files);
  if (!existsSync(files.tls)) mkdirSync(files.tls, { mode: 0o700 });
  const senders = territory.senders.map(({ name }) => name);
  await writeCertificates(files.tls, paths, senders);
  const mllpPorts = [ports.mllp1, ports.mllp2, ports.mllp3];
  const former = readJsonIfThere<Credentials>(files.credentials);
  const credentials = makeCredentials(territory, mllpPorts, paths, former);
  const certificates = Object.fromEntries(
    senders.map((name) => [name, fingerprintOf(readFileSync(paths.certificateOf(name), 'utf8'))]),
  );
  writeWhole(files.credentials, json(credentials), 0o600);
  chmodSync(files.credentials, 0o600);
  writeWhole(files.callers, json(callersOf(credentials, certificates)), 0o600);
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
