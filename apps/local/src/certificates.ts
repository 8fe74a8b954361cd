import 'reflect-metadata';
import { createHash, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

/** A certificate and its private key, PEM (PKCS 8). */
export interface CertifiedKey {
  readonly certificate: string;
  readonly key: string;
}

export interface LocalCertificates {
  readonly authority: string;
  readonly server: CertifiedKey;
  readonly senders: Readonly<Record<string, CertifiedKey>>;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const yearsValid = 10;

const pemOf = async (key: webcrypto.CryptoKey): Promise<string> => {
  const body = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${body.replace(/.{64}/g, '$&\n').trimEnd()}\n-----END PRIVATE KEY-----\n`;
};

const newKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>;

/** What all of them share. A day back, for clocks that disagree. */
const common = (now: Date) => ({
  serialNumber: Buffer.from(webcrypto.getRandomValues(new Uint8Array(16)))
    .toString('hex')
    .replace(/^./, '1'),
  notBefore: new Date(now.getTime() - 86_400_000),
  notAfter: new Date(now.getTime() + yearsValid * 365 * 86_400_000),
  signingAlgorithm: algorithm,
});

/**
 * An authority, a server for 127.0.0.1 and localhost, a client per sender. The authority's key is forgotten at once: nobody can
 * make another certificate for this system.
 */
export const makeCertificates = async (senders: readonly string[], now: Date): Promise<LocalCertificates> => {
  const authorityKeys = await newKeys();
  const issuer = 'CN=Reprise local authority';
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    ...common(now),
    name: issuer,
    keys: authorityKeys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(authorityKeys.publicKey),
    ],
  });
  const certify = async (name: string, usage: string, more: readonly x509.Extension[]): Promise<CertifiedKey> => {
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.create({
      ...common(now),
      subject: `CN=${name}`,
      issuer,
      signingKey: authorityKeys.privateKey,
      publicKey: keys.publicKey,
      extensions: [
        new x509.BasicConstraintsExtension(false),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([usage]),
        await x509.AuthorityKeyIdentifierExtension.create(authorityKeys.publicKey),
        ...more,
      ],
    });
    return { certificate: `${certificate.toString('pem')}\n`, key: await pemOf(keys.privateKey) };
  };
  const reachableAs = new x509.SubjectAlternativeNameExtension([
    { type: 'dns', value: 'localhost' },
    { type: 'ip', value: '127.0.0.1' },
  ]);
  const server = await certify('localhost', x509.ExtendedKeyUsage.serverAuth, [reachableAs]);
  const clients: Record<string, CertifiedKey> = {};
  for (const sender of senders) clients[sender] = await certify(sender, x509.ExtendedKeyUsage.clientAuth, []);
  return { authority: `${authority.toString('pem')}\n`, server, senders: clients };
};

/** SHA-256 over the DER, hex, lower case: how a sender is known by its certificate. */
export const fingerprintOf = (pem: string): string =>
  createHash('sha256')
    .update(Buffer.from(new x509.X509Certificate(pem).rawData))
    .digest('hex');
