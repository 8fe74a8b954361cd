import { getCACertificates, setDefaultCACertificates } from 'node:tls';

/** Whoever this process calls over HTTPS (`fetch`) may be vouched for by these authorities too, PEM. */
export const trustAlso = (authorities: string): void =>
  setDefaultCACertificates([...getCACertificates('bundled'), authorities]);
