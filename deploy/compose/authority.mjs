// A certification authority for a trial. A hospital that has its own puts its certificates in the same places instead.
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const dayMs = 86_400_000;
const [yearsOfAuthority, yearsOfCertificate] = [10, 1];

const newKeys = () => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);

const pemOf = async (key) => {
  const body = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${body.replace(/.{64}/g, '$&\n').trimEnd()}\n-----END PRIVATE KEY-----\n`;
};

const privateKeyOf = (pem) =>
  webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(pem), algorithm, true, ['sign']);

/** A day back, for clocks that disagree. */
const common = (years) => ({
  serialNumber: randomBytes(16).toString('hex').replace(/^./, '1'),
  notBefore: new Date(Date.now() - dayMs),
  notAfter: new Date(Date.now() + years * 365 * dayMs),
  signingAlgorithm: algorithm,
});

/** PEM of a new authority: `{ certificate, key }`. */
export const newAuthority = async (name) => {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...common(yearsOfAuthority),
    name: `CN=${name}`,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: `${certificate.toString('pem')}\n`, key: await pemOf(keys.privateKey) };
};

const nameOf = (host) => ({ type: /^[\d.]+$|:/.test(host) ? 'ip' : 'dns', value: host });

/**
 * PEM of a certificate with the common name `name`: of a client, and of a server too where it has `hosts`, the names and addresses by which it
 * is called.
 */
export const certify = async (authority, name, hosts = []) => {
  const issuer = new x509.X509Certificate(authority.certificate);
  const keys = await newKeys();
  const usages = [x509.ExtendedKeyUsage.clientAuth, ...(hosts.length > 0 ? [x509.ExtendedKeyUsage.serverAuth] : [])];
  const certificate = await x509.X509CertificateGenerator.create({
    ...common(yearsOfCertificate),
    subject: `CN=${name}`,
    issuer: issuer.subject,
    signingKey: await privateKeyOf(authority.key),
    publicKey: keys.publicKey,
    extensions: [
      new x509.BasicConstraintsExtension(false),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(usages),
      await x509.AuthorityKeyIdentifierExtension.create(await issuer.publicKey.export()),
      ...(hosts.length > 0 ? [new x509.SubjectAlternativeNameExtension(hosts.map(nameOf))] : []),
    ],
  });
  return { certificate: `${certificate.toString('pem')}\n`, key: await pemOf(keys.privateKey) };
};
