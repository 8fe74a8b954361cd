// Makes what an installation has of its own: certificates, passwords, keys, the demo territory, a folder a service:
// `node deploy/compose/make-installation.mjs [--address NAME]`. What is there stays: to have a new certificate, remove the old
// one and run it again. Needs what `npm run build` makes. With `--servers NAME,NAME,NAME` it is that of deploy/servers, and a folder
// a server is made of what that server's services are given.
import { createHash, randomBytes, X509Certificate } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { callersOf, makeCredentials, recordIdSecrets } from '../../dist/apps/local/src/credentials.js';
import { demoTerritory } from '../../dist/apps/local/src/demo-territory.js';
import { senderFile } from '../../dist/apps/local/src/sender-file.js';
import { makeSigningKey, publicKeyEnding, publicKeyIn, signingKeyFile } from '../../dist/libs/keys/src/index.js';
import { certify, newAuthority } from './authority.mjs';

const { values } = parseArgs({
  options: {
    address: { type: 'string', default: 'localhost' },
    servers: { type: 'string' },
    folder: { type: 'string' },
  },
});

const servers = values.servers?.split(',') ?? [];
if (servers.length !== 0 && new Set(servers).size !== 3) throw new Error('--servers takes three names: NAME,NAME,NAME');
const compose = join(import.meta.dirname, servers.length === 0 ? '.' : '../servers');
const home = values.folder ?? join(compose, 'installation');
const at = (...path) => join(home, ...path);
const sites = ['a', 'b'];
const json = (value) => `${JSON.stringify(value, null, 2)}\n`;
const read = (path) => readFileSync(path, 'utf8');

/** Readable to whatever account a container has: only what is mounted is seen there, and nobody else comes through the closed folder. */
const write = (path, text) => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  if (existsSync(path)) rmSync(path);
  writeFileSync(path, text, { mode: 0o444 });
};

/** What is there stays. Gives back what stands there. */
const keep = (path, make) => {
  if (!existsSync(path)) write(path, make());
  return read(path);
};

const password = () => randomBytes(24).toString('base64url');

mkdirSync(home, { recursive: true, mode: 0o700 });
chmodSync(home, 0o700);
process.umask(0o022);

const authority = async (name) => {
  const [crt, key] = [at('authorities', `${name}.crt`), at('authorities', `${name}.key`)];
  if (!existsSync(crt)) {
    const made = await newAuthority(`Reprise ${name}`);
    write(key, made.key);
    chmodSync(key, 0o400);
    write(crt, made.certificate);
  }
  return { certificate: read(crt), key: read(key) };
};

/** Signs what Reprise, Kafka and Postgres show each other. */
const inside = await authority('inside');
/** Signs what senders show; Kafka and Postgres do not know it. */
const outside = await authority('callers');

const identity = async (folder, name, hosts, signer = inside) => {
  if (existsSync(join(folder, 'tls.crt'))) return;
  const made = await certify(signer, name, hosts);
  write(join(folder, 'tls.key'), made.key);
  write(join(folder, 'tls.crt'), made.certificate);
};

const trusts = (folder, ...authorities) =>
  write(join(folder, 'ca.crt'), authorities.map(({ certificate }) => certificate).join(''));

const local = ['localhost', '127.0.0.1'];
/** What others call the servers (1, 2, 3) on which a service runs; nothing where there is one machine. */
const on = (...numbers) => numbers.flatMap((number) => servers[number - 1] ?? []);

// ---------------------------------------------------------------- Kafka and Postgres

const clusterId = keep(at('kafka-1', 'cluster-id'), () => randomBytes(16).toString('base64url').replace(/^-/, 'A'));
for (const [index, node] of ['kafka-1', 'kafka-2', 'kafka-3'].entries()) {
  write(at(node, 'cluster-id'), clusterId);
  trusts(at(node), inside);
  await identity(at(node), 'reprise-broker', [node, ...on(index + 1), ...local]);
  write(at(node, 'keystore.pem'), read(at(node, 'tls.key')) + read(at(node, 'tls.crt')));
}
for (const [service, name] of [
  ['gateway', 'reprise-gateway'],
  ['replicator-a', 'reprise-replicator'],
  ['replicator-b', 'reprise-replicator'],
  ['control', 'reprise-control'],
  ['grant', 'reprise-admin'],
]) {
  trusts(at(service, 'kafka'), inside);
  await identity(at(service, 'kafka'), name, []);
}

for (const [index, site] of sites.entries()) {
  trusts(at(`postgres-${site}`), inside);
  await identity(at(`postgres-${site}`), `postgres-${site}`, [`postgres-${site}`, ...on(index + 1), ...local]);
  const superuser = keep(at(`postgres-${site}`, 'superuser-password'), password);
  write(at(`provision-${site}`, 'superuser-password'), superuser);
  const scopeKey = keep(at(`reader-${site}`, 'scope-key'), () => randomBytes(32).toString('hex'));
  write(at(`provision-${site}`, 'scope-key'), scopeKey);
  const files = {
    owner: at(`migrate-${site}`, 'postgres-password'),
    replicator: at(`replicator-${site}`, 'postgres-password'),
    reader: at(`reader-${site}`, 'postgres-password'),
    control: at('control', 'replica-passwords', site),
  };
  for (const [role, file] of Object.entries(files)) write(at(`provision-${site}`, 'role-passwords', role), keep(file, password));
  for (const service of ['provision', 'migrate', 'replicator', 'reader']) trusts(at(`${service}-${site}`, 'postgres'), inside);
}
trusts(at('control', 'postgres'), inside);

// ---------------------------------------------------------------- doors and callers

const doors = {
  gateway: ['gateway-1', 'gateway-2', ...on(1, 2)],
  'reader-a': ['reader-a-1', 'reader-a-2', ...on(1)],
  'reader-b': ['reader-b-1', 'reader-b-2', ...on(2)],
  control: ['control', ...on(1)],
};
for (const [service, hosts] of Object.entries(doors)) {
  trusts(at(service, 'doors'), inside, outside);
  const all = [...new Set([...hosts, 'doors', values.address, ...local])];
  await identity(at(service, 'doors'), `reprise-${service.split('-')[0]}`, all);
}
// Of a replicator: for its numbers and probes, asked by nobody outside.
for (const site of sites) {
  const door = at(`replicator-${site}`, 'doors');
  trusts(door, inside);
  await identity(door, 'reprise-replicator', [`replicator-${site}-1`, `replicator-${site}-2`, ...local]);
}
trusts(at('doors'), inside);

const senders = demoTerritory.senders.map(({ name }) => name);
const paths = {
  authority: at('callers', 'ca.crt'),
  certificateOf: (sender) => at('callers', sender, 'tls.crt'),
  keyOf: (sender) => at('callers', sender, 'tls.key'),
};
trusts(at('callers'), inside);
for (const sender of senders) await identity(at('callers', sender), sender, [], outside);
const formerFile = at('callers', 'credentials.json');
const former = existsSync(formerFile) ? JSON.parse(read(formerFile)) : undefined;
const credentials = makeCredentials(demoTerritory, [], paths, former);
write(formerFile, json(credentials));
const fingerprint = (pem) => createHash('sha256').update(new X509Certificate(pem).raw).digest('hex');
const known = callersOf(
  credentials,
  Object.fromEntries(senders.map((name) => [name, fingerprint(read(paths.certificateOf(name)))])),
);
// Senders are known by their certificate: no port of their own.
const callers = { ...known, senders: known.senders.map(({ mllpPort: _, ...sender }) => sender) };
for (const service of Object.keys(doors)) write(at(service, 'callers.json'), json(callers));

// ---------------------------------------------------------------- territory and keys

const { senders: profiles, ...territory } = demoTerritory;
const declared = keep(at('control', 'territory.json'), () => json(territory));
write(at('grant', 'territory.json'), declared);
for (const profile of profiles) keep(at('control', 'senders', `${profile.name}.yaml`), () => senderFile(profile));
const secretsFile = at('gateway', 'secrets.json');
write(secretsFile, json(recordIdSecrets(demoTerritory, existsSync(secretsFile) ? JSON.parse(read(secretsFile)) : {})));
const keys = at('control', 'keys');
if (!existsSync(join(keys, signingKeyFile))) makeSigningKey(keys);
chmodSync(keys, 0o755);
for (const file of readdirSync(keys)) chmodSync(join(keys, file), 0o444);
for (const service of ['gateway', 'replicator-a', 'replicator-b', 'control'])
  write(at(service, 'trusted-keys', `control${publicKeyEnding}`), publicKeyIn(keys));
keep(at('grafana', 'admin-password'), password);

// ---------------------------------------------------------------- a folder a server

/** Who runs what is said by the profiles of compose.yaml; the command of operators is used on server 1. */
const profileOf = { tools: 'server-1' };
if (servers.length !== 0) {
  const { operators } = credentials;
  trusts(at('cli'), inside);
  write(at('cli', 'credentials.json'), json({ operators }));
  const { services } = parse(read(join(compose, 'compose.yaml')), { merge: true, maxAliasCount: -1 });
  for (const number of [1, 2, 3]) {
    rmSync(at(`server-${number}`), { recursive: true, force: true });
    mkdirSync(at(`server-${number}`), { mode: 0o700 });
  }
  for (const { profiles, volumes } of Object.values(services))
    for (const [, folder] of volumes.join(' ').matchAll(/\.\/installation\/([a-z0-9-]+):/g))
      for (const profile of profiles) cpSync(at(folder), at(profileOf[profile] ?? profile, folder), { recursive: true });
}

console.log(`${home} has what the services of compose.yaml are given; the tokens of callers are in ${formerFile}`);
