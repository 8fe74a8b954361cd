import { Failure } from '#domain';
import type { Certificate } from '../../directory/directory-event.js';
import { certificate } from '../../directory/directory-shapes.js';
import { NotWhole } from '../../directory/shapes.js';

/**
 * A certificate from JSON that somebody gave: these members and no other, each of its kind. Whether it is true is what the verification finds out. Throws
 * `input.invalid` with the place.
 */
export const readCertificate = (value: unknown): Certificate => {
  try {
    return certificate(value, '');
  } catch (error) {
    if (!(error instanceof NotWhole)) throw error;
    const place = error.place === '' ? 'certificate' : error.place;
    throw new Failure('input.invalid', `${place}: ${error.expected}`, 'give it as `reprise certificate show` wrote it');
  }
};
