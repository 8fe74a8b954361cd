import type { SecureContextOptions } from 'node:tls';

type TlsOfClient = SecureContextOptions & { readonly rejectUnauthorized?: boolean | undefined };

/**
 * Where a Postgres is: a URL that says all, or one with what is asked for with each connection, so that a changed password or certificate
 * counts from then on. With `ssl` the server has to be the one that the URL names (libpq's `verify-full`).
 */
export type PostgresAddress =
  | string
  | {
      readonly url: string;
      readonly password?: () => string;
      readonly ssl?: () => TlsOfClient;
    };

interface Login {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly password: string | (() => string);
  readonly ssl?: TlsOfClient;
}

/** The driver reads these members whenever it opens a connection, and hides `key` from whoever prints them. */
const readAnew = (host: string, ssl: () => TlsOfClient): TlsOfClient & { readonly host: string } => ({
  ...ssl(),
  // The driver names no host where it is an address, and Node would then look for `localhost` in the certificate.
  host,
  get ca() {
    return ssl().ca;
  },
  get cert() {
    return ssl().cert;
  },
  get key() {
    return ssl().key;
  },
  get crl() {
    return ssl().crl;
  },
});

/** What the driver is told. */
export const loginAt = (address: PostgresAddress): Login => {
  const { url, password, ssl } = typeof address === 'string' ? { url: address } : address;
  const { hostname, port, username, password: inUrl, pathname } = new URL(url);
  const host = hostname.replaceAll(/^\[|\]$/g, '');
  return {
    host,
    port: Number(port || 5432),
    user: decodeURIComponent(username),
    database: decodeURIComponent(pathname.slice(1)),
    password: password ?? decodeURIComponent(inUrl),
    ...(ssl && { ssl: readAnew(host, ssl) }),
  };
};
