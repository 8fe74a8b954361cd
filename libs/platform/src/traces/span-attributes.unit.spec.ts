import { describe, expect, it } from 'vitest';
import { spanAttributes, type TraceFields } from './span-attributes.js';

describe('what a span may say', () => {
  it('is a closed list of names', () => {
    const all: Required<TraceFields> = {
      sender: 'his',
      establishment: '010000024',
      label: 'ADT^A01',
      position: 7,
      outcome: 'durable',
      replica: 'a',
      method: 'POST',
      route: '/establishments/:finess/fhir/*',
      status: 200,
    };
    const more = { ...all, patient: 'Patient/p1', familyName: 'DUPONT', text: 'DUPONT' };
    expect(spanAttributes(more)).toEqual({
      'reprise.sender': 'his',
      'reprise.establishment': '010000024',
      'reprise.label': 'ADT^A01',
      'reprise.position': 7,
      'reprise.outcome': 'durable',
      'reprise.replica': 'a',
      'http.request.method': 'POST',
      'http.route': '/establishments/:finess/fhir/*',
      'http.response.status_code': 200,
    });
  });

  it.each(['PUT Patient', 'Bundle batch', 'ORU^R01'])('tells the label "%s"', (label) => {
    expect(spanAttributes({ label })).toEqual({ 'reprise.label': label });
  });

  it.each(['DUPONT', 'ADT^DUPONT', 'PUT Patient/p1', 'Bundle DUPONT'])('keeps "%s" to itself', (label) => {
    expect(spanAttributes({ label })).toEqual({});
  });
});
