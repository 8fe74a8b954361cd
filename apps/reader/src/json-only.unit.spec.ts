import { expect, it } from 'vitest';
import { takesJson } from './json-only.js';

it.each([
  ['application/fhir+json', true],
  ['application/fhir+json; fhirVersion=4.0', true],
  ['application/json+fhir', false],
  ['application/fhir+xml', false],
  ['application/fhir+xml, application/fhir+json;q=0.5', true],
  ['application/fhir+xml;q=1.0, */*;q=0.1', true],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', true],
  ['application/fhir+json;q=0', false],
  ['application/fhir+json;q=0.0, text/turtle', false],
  ['Application/JSON', true],
  ['', true],
  ['  ', true],
  [' , ,', true],
  ['\t', true],
  ['*/*', true],
  ['*/*;q=0', false],
  ['*/*; q = 0', false],
  ['application/*', true],
  ['application/*;q=0.000, */*', false],
  ['application/fhir+json;q=0, */*', false],
  ['application/json;q=0, application/fhir+json', true],
  ['application/*;q=0, application/fhir+json;q=0.001', true],
  ['application/fhir+json ; fhirVersion=4.0 ; q=0.1 , */*;q=0', true],
  ['text/plain', false],
  [', application/fhir+json', true],
  ['*', false],
])('who sends %o takes JSON: %o', (ranges, expected) => {
  expect(takesJson(ranges)).toBe(expected);
});
