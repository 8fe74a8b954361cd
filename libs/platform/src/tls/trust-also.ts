import { getCACertificates, setDefaultCACertificates } from 'node:tls';

/** Whoever this process calls over HTTPS (`fetch`) may be vouched for by these authorities too, PEM. */
export const trustAlso = (authorities: string): void =>
  setDefaultCACertificates([...getCACertificates('bundled'), authorities]);

/** As long as it runs: whoever vouches for those who call this process vouches for those whom it calls. Without closed doors it calls nobody over HTTPS. */
export const trustAsDoors = (
  doors: { readonly material: { readonly ca: string }; onChange(changed: () => void): void } | undefined,
): void => {
  const trust = (): void => doors && trustAlso(doors.material.ca);
  trust();
  doors?.onChange(trust);
};
