import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FolderKeyStore, FolderTrustedKeys } from '#keys';
import { freePorts, identityOf } from '#testing';
import { checkProfiles } from '#usecases';
import { emptyFolder, openFolder as open, otherFold } from './data-folder.js';
import { demoTerritory } from './demo-territory.js';
import { type Holder, unlock } from './folder-lock.js';
import { localFiles, writeLocalFiles } from './local-files.js';
import { planPorts } from './port-plan.js';
import { whoListens } from './taken-ports.js';

const scratch = mkdtempSync(join(tmpdir(), 'reprise-local-'));
const openFolder = (folder: string, anew: boolean): Holder | undefined =>
  open(folder, anew, { control: 'http://127.0.0.1:8090', project: scratch });
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('the data folder', () => {
  const folder = join(scratch, 'data');

  it('is one supervisor’s at a time', () => {
    openFolder(folder, false);
    expect(() => openFolder(folder, false)).toThrow(new RegExp(`already runs on .* \\(process ${process.pid}\\)`));
    unlock(folder);
    openFolder(folder, false);
    unlock(folder);
  });

  it('is taken over from a supervisor that was killed', () => {
    writeFileSync(join(folder, 'lock'), JSON.stringify({ ...identityOf(process.pid), startedAt: 'earlier' }));
    openFolder(folder, false);
    unlock(folder);
  });

  it('of a newer version is left alone, unless it is to begin anew', () => {
    writeFileSync(join(folder, 'version'), '2\n');
    writeFileSync(join(folder, 'kept'), '');
    expect(() => openFolder(folder, false)).toThrow(/newer Reprise \(format 2, this one knows 1\)/);
    expect(existsSync(join(folder, 'kept'))).toBe(true);
    openFolder(folder, true);
    emptyFolder(folder);
    expect(readdirSync(folder).sort()).toEqual(['lock', 'version']);
    unlock(folder);
  });

  it('that was begun under another fold is told, with both ways out, until it is emptied', () => {
    openFolder(folder, false);
    expect(otherFold(folder, 3)).toBeUndefined();
    expect(otherFold(folder, 3)).toBeUndefined();
    expect(otherFold(folder, 4)).toMatch(/fold version 3, this is version 4.*\n.*npm start -- --fresh/);
    emptyFolder(folder);
    expect(otherFold(folder, 4)).toBeUndefined();
    unlock(folder);
  });

  it('is closed to others where it is made, and never opened to them where it was there', () => {
    const mode = (path: string): number => statSync(path).mode & 0o777;
    openFolder(join(scratch, 'made'), false);
    expect(mode(join(scratch, 'made')) & 0o066).toBe(0);
    for (const [before, after] of [
      [0o700, 0o700],
      [0o777, 0o711],
    ] as const) {
      const there = join(scratch, `there-${before}`);
      mkdirSync(there);
      chmodSync(there, before);
      openFolder(there, false);
      expect(mode(there)).toBe(after);
    }
  });

  it('is never one that holds something else', () => {
    const other = join(scratch, 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'thesis.txt'), 'years of work');
    for (const anew of [false, true]) expect(() => openFolder(other, anew)).toThrow(/no data folder of Reprise/);
    expect(readdirSync(other)).toEqual(['thesis.txt']);
  });
});

describe('the keys of a system', () => {
  it('are made where there is no log yet, named to every process, and never made again', async () => {
    const folder = join(scratch, 'keys');
    mkdirSync(folder);
    const files = localFiles(folder);
    const write = () => writeLocalFiles(folder, demoTerritory, planPorts(31_000, {}));
    await write();
    const key = readFileSync(join(files.keys, 'signing-key.pem'), 'utf8');
    expect(statSync(join(files.keys, 'signing-key.pem')).mode & 0o077).toBe(0);
    const keys = () => new FolderKeyStore(files.keys, new FolderTrustedKeys(files.trustedKeys));
    expect(Object.keys(keys().publicKeys())).toEqual([keys().keyId]);
    mkdirSync(join(folder, 'kafka'));
    await write();
    expect(readFileSync(join(files.keys, 'signing-key.pem'), 'utf8')).toBe(key);
    rmSync(join(files.keys, 'signing-key.pem'));
    await expect(write()).rejects.toThrow(/signing-key\.pem is gone/);
    expect(existsSync(join(files.keys, 'signing-key.pem'))).toBe(false);
  });
});

describe('the files of a system', () => {
  it('hold secrets that only we read, and stay over a restart on other ports', async () => {
    const folder = join(scratch, 'files');
    mkdirSync(folder);
    const files = localFiles(folder);
    const first = await writeLocalFiles(folder, demoTerritory, planPorts(31_000, {}));
    const secrets = readFileSync(files.secrets, 'utf8');
    const certificate = readFileSync(first.senders[0]?.cert ?? '', 'utf8');
    const later = await writeLocalFiles(folder, demoTerritory, planPorts(32_000, {}));
    expect(later.readers).toEqual(first.readers);
    expect(later.senders[0]?.mllpPort).toBe(32_000);
    expect(readFileSync(files.secrets, 'utf8')).toBe(secrets);
    expect(readFileSync(later.senders[0]?.cert ?? '', 'utf8')).toBe(certificate);
    const secret = [files.credentials, files.callers, files.secrets, later.senders[0]?.key ?? ''];
    for (const path of [...secret, join(files.tls, 'tls.key'), join(files.certificates.of('reprise-admin'), 'tls.key')])
      expect(statSync(path).mode & 0o077, path).toBe(0);
    const { senders, ...declared } = demoTerritory;
    expect(JSON.parse(readFileSync(files.territory, 'utf8'))).toEqual(declared);
    const read = (): ReturnType<typeof checkProfiles> =>
      checkProfiles(
        readdirSync(files.senders).map((file) => ({ file, bytes: readFileSync(join(files.senders, file)) })),
        new Set(declared.establishments.map(({ finess }) => finess)),
      );
    expect(read().faults).toEqual([]);
    expect(read().profiles.map(({ name }) => name)).toEqual(senders.map(({ name }) => name).toSorted());
    expect(read().profiles).toContainEqual(expect.objectContaining(senders[0] ?? {}));
    writeFileSync(join(files.senders, 'his-alize.yaml'), 'name: his-alize\nfiness: "990000010"\nlanguage: en\n');
    await writeLocalFiles(folder, demoTerritory, planPorts(32_000, {}));
    expect(read().profiles.find(({ name }) => name === 'his-alize')?.language).toBe('en');
  });
});

describe.runIf(existsSync('/proc/net/tcp'))('a taken port', () => {
  it('is told with the process that has it', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    expect(whoListens(port)).toMatch(new RegExp(`^ by process ${process.pid} \\(`));
    server.close();
  });

  it('of nobody tells nothing', async () => {
    const [port = 0] = await freePorts(1);
    expect(whoListens(port)).toBe('');
  });
});
