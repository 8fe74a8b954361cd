import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProcessLog } from '#platform';
import { migrate, openForCopy, postgresRoles } from '#postgres';
import { freePorts, type RunningPostgres, startPostgres } from '#testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootProvision } from './boot-provision.js';

describe('the job that provisions', () => {
  let folder: string;
  let server: RunningPostgres;
  const log = new ProcessLog('provision', { write: () => {} });
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const provision = async (): Promise<void> => {
    const { superuserUrl } = server;
    const settings = {
      postgresSuperuserUrl: superuserUrl.replace(/:[^:@]+@/, '@'),
      postgresPasswordFile: write('superuser', `${new URL(superuserUrl).password}\n`),
      rolePasswordsDir: join(folder, 'roles'),
      scopeKeyFile: join(folder, 'scope.key'),
    };
    await (await bootProvision(settings, log)).close();
  };
  const setPasswords = (suffix: string): void => {
    for (const role of postgresRoles) write(join('roles', role), `${role}-${suffix}\n`);
  };
  const login = (role: string, suffix: string): Promise<void> =>
    openForCopy({
      url: server.urls.owner.replace(/\/\/[^@]+@/, `//reprise_${role}@`),
      password: () => `${role}-${suffix}`,
    }).then((source) => source.destroy());
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'provision-'));
    mkdirSync(join(folder, 'roles'));
    write('scope.key', 'ab'.repeat(32));
    const [port = 0] = await freePorts(1);
    server = await startPostgres({ port, dataDir: join(folder, 'postgres') });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('makes the roles and a database that can be migrated, and sets the passwords anew when it is run again', async () => {
    setPasswords('one');
    await provision();
    await migrate({ url: server.urls.owner, password: () => 'owner-one' });
    for (const role of postgresRoles) await login(role, 'one');
    setPasswords('two');
    await provision();
    await login('reader', 'two');
    await expect(login('reader', 'one')).rejects.toThrow();
  });

  it('says which file is wrong', async () => {
    write('scope.key', 'hunter2');
    await expect(provision()).rejects.toThrow(/scope\.key holds no scope key/);
    write('scope.key', 'ab'.repeat(32));
    rmSync(join(folder, 'roles', 'reader'));
    await expect(provision()).rejects.toThrow(/roles\/reader cannot be read/);
  });
});
