import type { WriteRequest } from '#fhir';
import { describe, expect, it } from 'vitest';
import { fhirMessageId } from './fhir-message-id.js';

const id = (method: WriteRequest['method'], path: string, body: string, key = 'k'): string =>
  fhirMessageId({ method, path, headers: {}, body: Buffer.from(body) }, key);

describe('the message id of a FHIR write', () => {
  it('is the key where the body says which record is written', () => {
    expect(id('PUT', 'Patient/1', '{"resourceType":"Patient","id":"1"}')).toBe('k');
    expect(id('POST', 'Patient', '{"resourceType":"Patient"}')).toBe('k');
    expect(id('POST', '', '{"resourceType":"Bundle"}')).toBe('k');
  });

  it('holds the URL where it does not', () => {
    expect(id('DELETE', 'Patient/1', '')).not.toBe(id('DELETE', 'Patient/2', ''));
    expect(id('PATCH', 'Patient/1', '{}')).not.toBe(id('PATCH', 'Patient/2', '{}'));
    const body = '{"resourceType":"Patient"}';
    expect(id('PUT', 'Patient/1', body)).not.toBe(id('PUT', 'Patient/2', body));
    // An id that is not the resource's own says nothing.
    const nested = '{"resourceType":"Patient","contained":[{"id":"1"}]}';
    expect(id('PUT', 'Patient/1', nested)).not.toBe('k');
  });

  it('is none without a key: then nothing is ever a duplicate', () => {
    expect(id('DELETE', 'Patient/1', '', '')).toBe('');
  });
});
