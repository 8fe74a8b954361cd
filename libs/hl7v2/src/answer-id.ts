import { hash } from 'node:crypto';

/** Length of MSH-10: 20 up to v2.6, 199 from v2.7 on. Of a version that is not known, the shorter one is within both. */
const lengthMax = (version: string): number => {
  const [, major, minor] = /^\s*(\d)\.(\d+)/.exec(version) ?? [];
  return Number(major) * 100 + Number(minor) >= 207 ? 199 : 20;
};

/** 72 bits: no two ids of a sender have the same in practice. */
const digestLength = 18;

/**
 * MSH-10 of an acknowledgement: the code and the request's MSH-10. Where that is longer than the version allows, the code and the
 * beginning of the id's SHA-256. A function of the two: the same message gets the same, and each of its codes another.
 */
export const answerId = (code: string, controlId: string, version: string): string => {
  const whole = `${code}${controlId}`;
  if (whole.length <= lengthMax(version)) return whole;
  return `${code}${hash('sha256', controlId, 'hex').slice(0, digestLength).toUpperCase()}`;
};
