import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { nodeFlags } from '#platform';
import { Authority } from '#testing';
import { deployedApps, dockerfile, targets } from './dockerfile.js';

describe('the Dockerfile', () => {
  it('has an image for each app that is deployed, and no other', () => {
    expect(
      targets()
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(deployedApps().toSorted());
  });

  it('starts each app as it is started elsewhere: the same Node flags, no shell', () => {
    const apps = targets().filter(({ name }) => name !== 'cli');
    expect(apps.length).toBeGreaterThan(4);
    for (const { name, entrypoint } of apps)
      expect(entrypoint).toEqual(['/usr/local/bin/node', ...nodeFlags(name), `dist/apps/${name}/src/main.js`]);
  });

  it('runs nothing while it is built, and nothing as root', () => {
    expect(dockerfile()).not.toMatch(/^(?:RUN|SHELL|CMD)\b/m);
    const [shared = ''] = dockerfile().split('FROM runtime AS ');
    expect(shared).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m);
    expect(dockerfile().match(/^USER /gm)?.length).toBe(1);
  });

  it('names each image, and asks each app that has a door whether it lives', () => {
    for (const { name, title, healthcheck } of targets()) {
      expect(title).toBe(`reprise-${name}`);
      const setting = `REPRISE_${name.toUpperCase()}_PORT`;
      const asked = ['/usr/local/bin/node', 'healthcheck.mjs', setting];
      expect(healthcheck, name).toEqual(['gateway', 'reader', 'control'].includes(name) ? asked : undefined);
    }
  });
});

describe('the health check of the images', () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  const codeWhere = async (status: number): Promise<number> => {
    const asked: (string | undefined)[] = [];
    server = createServer((request, answer) => {
      asked.push(request.url);
      answer.writeHead(status).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const code = await codeOf((server.address() as AddressInfo).port);
    expect(asked).toEqual(['/livez']);
    return code;
  };

  const codeOf = async (port: number, tlsDir?: string): Promise<number> => {
    const env = { REPRISE_READER_PORT: String(port), ...(tlsDir !== undefined && { REPRISE_TLS_DIR: tlsDir }) };
    const child: ChildProcess = spawn(process.execPath, ['deploy/images/healthcheck.mjs', 'REPRISE_READER_PORT'], {
      env,
    });
    const [code] = (await once(child, 'exit')) as [number];
    return code;
  };

  it('is well where the app says so, and not where it says no', async () => {
    expect(await codeWhere(200)).toBe(0);
    server?.close();
    expect(await codeWhere(503)).toBe(1);
  });

  it('asks over TLS where the app speaks it, and believes only the certificate that the app holds', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'reprise-healthcheck-'));
    try {
      const authority = await Authority.make();
      const [own, other] = [await authority.server('reprise-reader'), await authority.server('somebody else')];
      writeFileSync(join(folder, 'tls.crt'), own.certificate);
      const codes: number[] = [];
      for (const { certificate, key } of [own, other]) {
        const tls = createTlsServer({ cert: certificate, key }, (_, answer) => answer.end()).listen(0, '127.0.0.1');
        await once(tls, 'listening');
        codes.push(await codeOf((tls.address() as AddressInfo).port, folder));
        tls.close();
      }
      expect(codes).toEqual([0, 1]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('is not well where nobody answers', async () => {
    expect(await codeOf(1)).toBe(1);
  });
});
