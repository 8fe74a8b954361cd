import type { JsonObject } from '#domain';
import { assignerOf, systemOf, takeAuthority } from '../mapping/authority.js';
import { members } from '../mapping/fhir-json.js';
import type { Mapping } from '../mapping/mapping.js';
import { listedOf } from '../represented/not-taken.js';
import type { Composite } from '../message/segment.js';

/** What an XON says: a name, and the number of the organization. */
export interface ToldOrganization {
  readonly name: string;
  readonly identifier: JsonObject | undefined;
}

/** An XON (HL7 v2.5, section 2.A.87): its number stands in XON-10, or in XON-3 of older versions. */
export const organizationOf = (organization: Composite, mapping: Mapping): ToldOrganization => {
  organization.accountFor(listedOf.XON);
  const at = organization.text(10) === '' ? 3 : 10;
  const value = organization.isNull ? '' : organization.take(at);
  const name = organization.isNull ? '' : organization.take(1);
  if (value === '') return { name, identifier: undefined };
  const authority = takeAuthority(organization, 6);
  const identifier = members({ system: systemOf(authority, mapping), value, assigner: assignerOf(authority) });
  return { name, identifier };
};
