import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authority, type CertifiedKey } from '#testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { metricsText } from '../health/health.js';
import { ProcessLog } from '../logging/process-log.js';
import { TlsFolder } from './tls-folder.js';

describe('the folder of a wire', () => {
  let path: string;
  let authority: Authority;
  let own: CertifiedKey;
  let folder: TlsFolder | undefined;
  let written: string[];
  const log = new ProcessLog('test', { write: (line) => void written.push(line) });
  const write = (name: string, text: string): void => writeFileSync(join(path, name), text);
  const putOwn = ({ certificate, key }: CertifiedKey): void => {
    write('tls.crt', certificate);
    write('tls.key', key);
  };
  const open = (needs: 'identity' | 'authorities' = 'identity'): TlsFolder =>
    (folder = new TlsFolder(path, 'doors', needs, log));
  beforeEach(async () => {
    path = mkdtempSync(join(tmpdir(), 'tls-'));
    written = [];
    authority = await Authority.make();
    own = await authority.server('gateway');
    write('ca.crt', authority.certificate);
    putOwn(own);
  });
  afterEach(() => {
    folder?.close();
    folder = undefined;
    rmSync(path, { recursive: true });
  });

  it('gives what TLS is spoken with, and reads it again when it changes', async () => {
    const opened = open();
    expect(opened.material).toEqual({ ca: authority.certificate, cert: own.certificate, key: own.key });
    const changed = new Promise<void>((resolve) => opened.onChange(resolve));
    const next = await authority.server('gateway');
    putOwn(next);
    await changed;
    expect(opened.material.cert).toBe(next.certificate);
  });

  it('keeps the last good ones where a key does not fit its certificate, and says so', async () => {
    const opened = open();
    write('tls.crt', (await authority.server('gateway')).certificate);
    await expect.poll(() => written.join('')).toContain('tls.key is not the key of tls.crt');
    expect(opened.material.cert).toBe(own.certificate);
  });

  it('knows what was revoked', async () => {
    const [stolen, kept] = [await authority.client('his-a'), await authority.client('his-b')];
    const opened = open();
    expect(opened.isRevoked(new X509Certificate(stolen.certificate))).toBe(false);
    const changed = new Promise<void>((resolve) => opened.onChange(resolve));
    write('ca.crl', await authority.revoke(stolen.certificate));
    await changed;
    expect(opened.isRevoked(new X509Certificate(stolen.certificate))).toBe(true);
    expect(opened.isRevoked(new X509Certificate(kept.certificate))).toBe(false);
    expect(opened.material.crl).toHaveLength(1);
  });

  it('says thirty days ahead what ends, and counts the first of all ends', async () => {
    const until = new Date(Math.floor(Date.now() / 1000) * 1000 + 29 * 86_400_000);
    putOwn(await authority.server('gateway', { until }));
    open();
    expect(written.join('')).toContain('certificate.ends');
    expect(written.join('')).toContain(until.toISOString());
    await expect
      .poll(metricsText)
      .toContain(`reprise_tls_certificate_expiry_timestamp_seconds{wire="doors"} ${until.getTime() / 1000}`);
  });

  it('says nothing of what ends later', () => {
    open();
    expect(written.join('')).not.toContain('certificate.ends');
  });

  it.each([
    ['ca.crt is missing', () => rmSync(join(path, 'ca.crt'))],
    ['tls.crt is missing', () => rmSync(join(path, 'tls.crt'))],
    ['tls.key is missing', () => rmSync(join(path, 'tls.key'))],
    ['ca.crt is no PEM', () => write('ca.crt', 'hunter2')],
    ['tls.crt is no PEM', () => write('tls.crt', 'hunter2')],
    ['tls.key is no PEM', () => write('tls.key', 'hunter2')],
    ['ca.crl holds no revocation list', () => write('ca.crl', 'hunter2')],
  ])('does not begin where %s', (words, spoil) => {
    spoil();
    expect(() => open()).toThrow(words);
    expect(() => open()).not.toThrow('hunter2');
  });

  it('needs no identity where only servers are to be trusted', () => {
    rmSync(join(path, 'tls.crt'));
    rmSync(join(path, 'tls.key'));
    expect(open('authorities').material).toEqual({ ca: authority.certificate });
  });
});
