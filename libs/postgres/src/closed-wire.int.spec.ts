import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authority, type CertifiedKey, freePorts, type RunningPostgres, startPostgres } from '#testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PostgresAddress, openForCopy, PostgresReplicaStatus } from './index.js';
import { byWords } from '../test/a-replica.js';

describe('a Postgres that speaks TLS only', () => {
  let folder: string;
  let authority: Authority;
  let server: RunningPostgres;
  let replicator: CertifiedKey;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'closed-postgres-'));
    authority = await Authority.make();
    replicator = await authority.client('reprise_replicator');
    const [port = 0] = await freePorts(1);
    server = await startPostgres({
      port,
      dataDir: folder,
      tls: {
        authority: authority.certificate,
        server: await authority.server('postgres'),
        superuser: await authority.client('postgres'),
      },
    });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const bare = (): string => server.urls.replicator.replace(/:[^:@]+@/, '@');
  const tls = (own: CertifiedKey | undefined, ca = authority.certificate) => ({
    ssl: () => ({ ca, ...(own && { cert: own.certificate, key: own.key }), rejectUnauthorized: true }),
  });
  const login = async (address: PostgresAddress): Promise<string> => {
    const source = await openForCopy(address);
    try {
      const [row] = await source.query<readonly { me: string }[]>('select current_user as me');
      return row?.me ?? 'nobody';
    } finally {
      await source.destroy();
    }
  };

  it('is reached with the role’s own certificate and a password from elsewhere than the URL', async () => {
    const password = (): string => server.passwords.replicator;
    expect(await login({ url: bare(), password, ...tls(replicator) })).toBe('reprise_replicator');
  });

  it('reads certificate and password anew for each connection', async () => {
    let [password, own] = ['wrong', await (await Authority.make()).client('reprise_replicator')];
    const address: PostgresAddress = {
      url: bare(),
      password: () => password,
      ssl: () => ({ ca: authority.certificate, cert: own.certificate, key: own.key }),
    };
    await expect(login(address)).rejects.toThrow();
    own = replicator;
    await expect(login(address)).rejects.toThrow();
    password = server.passwords.replicator;
    expect(await login(address)).toBe('reprise_replicator');
  });

  it('is not spoken to in the clear, without a certificate, or with that of another role', async () => {
    const url = server.urls.replicator;
    await expect(login(url)).rejects.toThrow();
    await expect(login({ url, ...tls(undefined) })).rejects.toThrow();
    await expect(login({ url, ...tls(await authority.client('reprise_reader')) })).rejects.toThrow();
  });

  it('is not believed to be another server than the one that was asked for', async () => {
    const url = server.urls.replicator;
    const other = await Authority.make();
    await expect(login({ url, ...tls(replicator, other.certificate) })).rejects.toThrow();
    // Its certificate names 127.0.0.1 and localhost.
    const elsewhere = url.replace('@127.0.0.1', '@127.0.0.2');
    await expect(login({ url: elsewhere, ...tls(replicator) })).rejects.toThrow();
  });

  it('serves control as it serves the others', async () => {
    const own = await authority.client('reprise_control');
    const status = new PostgresReplicaStatus('a', { url: server.urls.control, ...tls(own) }, byWords);
    expect((await status.probe()).version).toMatch(/^18/);
    await status.close();
  });
});
