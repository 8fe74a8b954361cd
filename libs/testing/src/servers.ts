import { randomBytes } from 'node:crypto';
import { Failure } from '#domain';
import { createDatabase, dropDatabase } from '#postgres';
import { roleUrls, type RoleUrls, superuserUrl } from './postgres-roles.js';
import { serversVariable, type TestServers } from './servers-variable.js';

const servers = (): TestServers => {
  const at = process.env[serversVariable];
  if (at === undefined)
    throw new Failure(
      'not-found',
      'no test servers: only the vitest project "integration" starts them',
      'name the file *.int.spec.ts and run: npx vitest run --project integration PATH',
    );
  return JSON.parse(at) as TestServers;
};

const unique = (): string => randomBytes(5).toString('hex');

/** The run's Kafka, shared by all specs: work under a prefix of your own. */
export const testKafka = (): { readonly brokers: string } => servers().kafka;

/** For topics, groups and client ids of one spec: `t0123456789.` */
export const freshTopicPrefix = (): string => `t${unique()}.`;

/** A FINESS-shaped number of one's own, so that `reprise.<finess>.log` is nobody else's: nine digits, key unchecked. */
export const freshFiness = (): string => `99${String(randomBytes(6).readUIntBE(0, 6)).padStart(7, '0').slice(-7)}`;

/** The run's Postgres with its superuser (database `postgres`). Prefer `freshDatabase`. */
export const testPostgres = (): { readonly superuserUrl: string } => {
  const { port, passwords } = servers().postgres;
  return { superuserUrl: superuserUrl(port, passwords) };
};

export interface FreshDatabase {
  readonly name: string;
  /** One URL per role; `owner` owns the database. */
  readonly urls: RoleUrls;
  /** The superuser, in this database. */
  readonly superuserUrl: string;
  /** What a reader signs its scopes with. */
  readonly scopeKey: Uint8Array;
  readonly drop: () => Promise<void>;
}

/** An empty database with the rights of a real one, for one spec file. Drop it in `afterAll`. */
export const freshDatabase = async (): Promise<FreshDatabase> => {
  const { port, passwords, scopeKey } = servers().postgres;
  const admin = superuserUrl(port, passwords);
  const name = `t_${unique()}`;
  await createDatabase(admin, name, scopeKey);
  return {
    name,
    urls: roleUrls(port, name, passwords),
    superuserUrl: admin.replace(/\/postgres$/, `/${name}`),
    scopeKey: Buffer.from(scopeKey, 'hex'),
    drop: () => dropDatabase(admin, name),
  };
};
