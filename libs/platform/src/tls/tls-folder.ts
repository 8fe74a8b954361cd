import 'reflect-metadata';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { X509Crl } from '@peculiar/x509';
import { Failure } from '#domain';
import { Gauge } from 'prom-client';
import { WatchedFiles } from '../files/watched-files.js';
import { metrics } from '../health/health.js';
import type { ProcessLog } from '../logging/process-log.js';

/** What a process speaks TLS with. PEM; a list of revocations each, since TLS reads one of a text. */
export interface TlsMaterial {
  readonly ca: string;
  readonly cert?: string;
  readonly key?: string;
  readonly crl?: readonly string[];
}

/** What a folder is for: the doors of this process, or a kind of server that it calls. */
export type Wire = 'doors' | 'mllp' | 'kafka' | 'postgres';

const fileNames = { ca: 'ca.crt', cert: 'tls.crt', key: 'tls.key', crl: 'ca.crl' } as const;

/** Certificates that end within this time are told every day. */
export const warnDays = 30;
const dayMs = 86_400_000;

const expiry = new Gauge({
  name: 'reprise_tls_certificate_expiry_timestamp_seconds',
  help: 'When the first of the certificates, authorities and revocation lists of a folder ends, seconds since 1970',
  labelNames: ['wire'],
  registers: [metrics],
});

/** One thing of a folder that ends at a time. */
export interface Ending {
  /** `tls.crt`, `ca.crt`, `ca.crl` */
  readonly file: string;
  readonly endsAtMs: number;
}

interface Read {
  readonly material: TlsMaterial;
  readonly endings: readonly Ending[];
  /** Serial numbers, hex, upper case, by issuer. */
  readonly revoked: ReadonlySet<string>;
}

const blocks = (pem: string, kind: string): readonly string[] =>
  pem.match(new RegExp(`-----BEGIN ${kind}-----[^-]+-----END ${kind}-----`, 'g')) ?? [];

const hex = (serial: string): string => serial.toUpperCase().replace(/^0+(?=.)/, '');

const endingsOf = (file: string, pem: string): readonly Ending[] =>
  blocks(pem, 'CERTIFICATE').map((block) => ({ file, endsAtMs: new X509Certificate(block).validToDate.getTime() }));

/**
 * The certificate, its key, the authorities and the revocation list of one wire: `tls.crt`, `tls.key`, `ca.crt`, `ca.crl` in one folder, the
 * names that cert-manager gives. Read again when they change; what cannot be used leaves the last good ones in force, and says so.
 */
export class TlsFolder {
  private readonly watched: WatchedFiles<Read>;
  private readonly listeners = new Set<() => void>();
  private warnedAtMs = Number.NEGATIVE_INFINITY;
  private readonly warning;

  /** `needs: 'identity'`: a certificate and its key have to be there. Throws `input.invalid` that names the file. */
  constructor(
    readonly path: string,
    readonly wire: Wire,
    private readonly needs: 'identity' | 'authorities',
    private readonly log: ProcessLog,
  ) {
    this.watched = new WatchedFiles(
      Object.values(fileNames).map((name) => join(path, name)),
      () => this.readAll(),
      {
        changed: () => {
          log.info('certificates.read', { context: wire });
          this.warnedAtMs = Number.NEGATIVE_INFINITY;
          this.warn();
          for (const listener of this.listeners) listener();
        },
        unusable: (error) => log.fault('certificates.unreadable', error, { context: wire }),
      },
    );
    this.warn();
    this.warning = setInterval(() => this.warn(), 60_000).unref();
  }

  get material(): TlsMaterial {
    return this.watched.current.material;
  }

  get endings(): readonly Ending[] {
    return this.watched.current.endings;
  }

  /** Certificates that were taken back after they were made, by what TLS tells of them. */
  isRevoked({ serialNumber, issuer }: Pick<X509Certificate, 'serialNumber' | 'issuer'>): boolean {
    return this.watched.current.revoked.has(revokedKey(serialNumber, commonName(issuer)));
  }

  /** Called after the files have changed. */
  onChange(listener: () => void): void {
    this.listeners.add(listener);
  }

  close(): void {
    clearInterval(this.warning);
    this.watched.close();
    this.listeners.clear();
  }

  private warn(): void {
    const nowMs = Date.now();
    expiry.set({ wire: this.wire }, Math.min(...this.endings.map(({ endsAtMs }) => endsAtMs)) / 1000);
    if (nowMs - this.warnedAtMs < dayMs) return;
    for (const { file, endsAtMs } of this.endings) {
      if (endsAtMs - nowMs > warnDays * dayMs) continue;
      this.warnedAtMs = nowMs;
      this.log.warn('certificate.ends', {
        context: this.wire,
        text: join(this.path, file),
        hint: `it ends at ${new Date(endsAtMs).toISOString()}: put a new one in its place, it is read without a restart`,
      });
    }
  }

  private readAll(): Read {
    const optional = (name: string): string | undefined => {
      const file = join(this.path, name);
      if (!existsSync(file)) return undefined;
      try {
        return readFileSync(file, 'utf8');
      } catch (cause) {
        throw this.fault(name, 'cannot be read', cause);
      }
    };
    const [ca, cert, key, crl] = [fileNames.ca, fileNames.cert, fileNames.key, fileNames.crl].map(optional);
    if (ca === undefined) throw this.fault(fileNames.ca, 'is missing');
    if (this.needs === 'identity' && cert === undefined) throw this.fault(fileNames.cert, 'is missing');
    if (cert !== undefined && key === undefined) throw this.fault(fileNames.key, 'is missing');
    if (cert !== undefined && key !== undefined) this.assertPair(cert, key);
    const lists = crl === undefined ? [] : this.listsIn(crl);
    const endings = [
      ...this.checked(fileNames.ca, () => endingsOf(fileNames.ca, ca)),
      ...(cert === undefined ? [] : endingsOf(fileNames.cert, cert)),
      ...lists.flatMap(({ list }) =>
        list.nextUpdate ? [{ file: fileNames.crl, endsAtMs: list.nextUpdate.getTime() }] : [],
      ),
    ];
    return {
      material: {
        ca,
        ...(cert !== undefined && key !== undefined && { cert, key }),
        ...(lists.length > 0 && { crl: lists.map(({ pem }) => pem) }),
      },
      endings,
      revoked: new Set(
        lists.flatMap(({ list }) =>
          list.entries.map(({ serialNumber }) => revokedKey(serialNumber, commonName(list.issuer))),
        ),
      ),
    };
  }

  private listsIn(pem: string): readonly { readonly pem: string; readonly list: X509Crl }[] {
    const lists = blocks(pem, 'X509 CRL');
    if (lists.length === 0) throw this.fault(fileNames.crl, 'holds no revocation list in PEM');
    return this.checked(fileNames.crl, () => lists.map((block) => ({ pem: block, list: new X509Crl(block) })));
  }

  private assertPair(cert: string, key: string): void {
    const own = this.checked(fileNames.cert, () => new X509Certificate(cert));
    const secret = this.checked(fileNames.key, () => createPrivateKey(key));
    // Written one after the other, they do not fit for a moment: the next look finds both.
    if (!own.checkPrivateKey(secret)) throw this.fault(fileNames.key, `is not the key of ${fileNames.cert}`);
  }

  private checked<T>(name: string, parse: () => T): T {
    try {
      const parsed = parse();
      if (Array.isArray(parsed) && parsed.length === 0) throw new Error('nothing in it');
      return parsed;
    } catch (cause) {
      throw this.fault(name, 'is no PEM that can be used', cause);
    }
  }

  private fault(name: string, what: string, cause?: unknown): Failure {
    return new Failure(
      'input.invalid',
      `${join(this.path, name)} ${what}`,
      `the folder of a wire holds ${fileNames.ca}, ${fileNames.cert}, ${fileNames.key}, and ${fileNames.crl} where certificates may be revoked`,
      { cause },
    );
  }
}

/** `CN=a, O=b` and `CN=a\nO=b` are one issuer. */
const commonName = (name: string): string => /(?:^|[,\n]\s*)CN=([^,\n]+)/.exec(name)?.[1] ?? name;

const revokedKey = (serialNumber: string, issuer: string): string => `${issuer} ${hex(serialNumber)}`;
