import 'reflect-metadata';
import { createHash, randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

/** A certificate and its private key, PEM (PKCS 8). */
export interface CertifiedKey {
  readonly certificate: string;
  readonly key: string;
}

export interface Asked {
  /** Without it, ten years. */
  readonly until?: Date;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const dayMs = 86_400_000;

const pemOf = async (key: webcrypto.CryptoKey): Promise<string> => {
  const body = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${body.replace(/.{64}/g, '$&\n').trimEnd()}\n-----END PRIVATE KEY-----\n`;
};

const newKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>;

/** Positive, and the same in every reading of it. */
const newSerial = (): string => randomBytes(16).toString('hex').replace(/^./, '1');

/** Two days back, for clocks that disagree and for certificates that have ended in a test. */
const validity = (until = new Date(Date.now() + 10 * 365 * dayMs)) => ({
  notBefore: new Date(Date.now() - 2 * dayMs),
  notAfter: until,
});

/** A certification authority made on the spot, for the local system and for tests; its key is in memory only. */
export class Authority {
  private constructor(
    readonly certificate: string,
    private readonly issuer: string,
    private readonly keys: webcrypto.CryptoKeyPair,
  ) {}

  static async make(name = 'Reprise local authority', { until }: Asked = {}): Promise<Authority> {
    const keys = await newKeys();
    const issuer = `CN=${name}`;
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      ...validity(until),
      serialNumber: newSerial(),
      signingAlgorithm: algorithm,
      name: issuer,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    return new Authority(`${certificate.toString('pem')}\n`, issuer, keys);
  }

  /** Of a server on this machine, which may call others as well: a broker calls brokers. */
  server(name: string, asked?: Asked): Promise<CertifiedKey> {
    const here = new x509.SubjectAlternativeNameExtension([
      { type: 'dns', value: 'localhost' },
      { type: 'ip', value: '127.0.0.1' },
    ]);
    return this.certify(name, [x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth], [here], asked);
  }

  client(name: string, asked?: Asked): Promise<CertifiedKey> {
    return this.certify(name, [x509.ExtendedKeyUsage.clientAuth], [], asked);
  }

  /** The list of what was taken back, PEM. */
  async revoke(...certificates: readonly string[]): Promise<string> {
    const list = await x509.X509CrlGenerator.create({
      issuer: this.issuer,
      thisUpdate: new Date(Date.now() - dayMs),
      nextUpdate: new Date(Date.now() + 90 * dayMs),
      entries: certificates.map((pem) => ({
        serialNumber: new x509.X509Certificate(pem).serialNumber,
        revocationDate: new Date(),
      })),
      signingAlgorithm: algorithm,
      signingKey: this.keys.privateKey,
    });
    // The library's own word for it, `CRL`, is not the one of RFC 7468.
    return `${list.toString('pem').replaceAll(/(BEGIN|END) CRL/g, '$1 X509 CRL')}\n`;
  }

  private async certify(
    name: string,
    usages: readonly string[],
    more: readonly x509.Extension[],
    { until }: Asked = {},
  ): Promise<CertifiedKey> {
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.create({
      ...validity(until),
      serialNumber: newSerial(),
      signingAlgorithm: algorithm,
      subject: `CN=${name}`,
      issuer: this.issuer,
      signingKey: this.keys.privateKey,
      publicKey: keys.publicKey,
      extensions: [
        new x509.BasicConstraintsExtension(false),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([...usages]),
        await x509.AuthorityKeyIdentifierExtension.create(this.keys.publicKey),
        ...more,
      ],
    });
    return { certificate: `${certificate.toString('pem')}\n`, key: await pemOf(keys.privateKey) };
  }
}

/** SHA-256 over the DER, hex, lower case: how a sender is known by its certificate. */
export const fingerprintOf = (pem: string): string =>
  createHash('sha256')
    .update(Buffer.from(new x509.X509Certificate(pem).rawData))
    .digest('hex');
