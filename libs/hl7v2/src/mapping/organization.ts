import type { JsonObject } from '#domain';
import type { Composite } from '../message/segment.js';
import { listedOf } from '../represented/not-taken.js';
import { assignerOf, systemOf, takeAuthority } from './authority.js';
import { concept, members } from './fhir-json.js';
import { v2Types } from './identifier.js';
import type { Mapping } from './mapping.js';
import { originalCode } from './original-code.js';

/** Type of an organization's name (HL7 table 0204) that FHIR has no word for. */
const nameTypeOf = (organization: Composite): readonly JsonObject[] | undefined => {
  const type = organization.take(2);
  return type === '' ? undefined : [originalCode('0204', type)];
};

/** Reference to an organization (XON) by identifier and name: messages hold no record of it. */
export const organizationOf = (organization: Composite, mapping: Mapping): JsonObject | undefined => {
  const value = organization.text(10) === '' ? organization.text(3) : organization.text(10);
  const display = organization.text(1);
  if (value === '' && display === '') return undefined;
  organization.accountFor((1 << 1) | listedOf.XON);
  const extension = nameTypeOf(organization);
  if (value === '') return members({ extension, type: 'Organization', display });
  organization.take(organization.text(10) === '' ? 3 : 10);
  const authority = takeAuthority(organization, 6);
  const type = organization.take(7);
  const identifier = members({
    type: type === '' ? undefined : concept(v2Types, type),
    system: systemOf(authority, mapping),
    value,
    assigner: assignerOf(authority, mapping),
  });
  return members({ extension, type: 'Organization', identifier, display });
};
