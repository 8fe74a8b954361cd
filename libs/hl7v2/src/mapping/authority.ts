import type { JsonObject } from '#domain';
import { Composite } from '../message/segment.js';
import { listedOf } from '../represented/not-taken.js';
import type { Mapping } from './mapping.js';
import { Remembered } from './remembered.js';

const oid = /^[0-2](?:\.\d+)+$/;
const uri = /^(?:https?:\/\/|urn:)\S+$/;

/** An HD (namespace, universal id, its type), in a component or spread over components (EI). */
export interface Authority {
  readonly namespace: string;
  readonly universal: string;
}

const read = (composite: Composite, component: number): Authority => ({
  namespace: composite.sub(component, 1),
  universal: composite.sub(component, 2),
});

/** The same few come in every message; by the separator of their parts. */
const authorities = new Map<string, Remembered<Authority>>();

export const authorityIn = (composite: Composite, component: number): Authority => {
  const { syntax } = composite;
  const raw = composite.component(component);
  // Escapes are read in the message's character set; the rest is text.
  if (syntax.hasEscapes && raw.includes(syntax.escape)) return read(composite, component);
  let known = authorities.get(syntax.subcomponent);
  if (known === undefined) authorities.set(syntax.subcomponent, (known = new Remembered<Authority>(2000)));
  return known.of(raw, (own) => read(new Composite(own, syntax), 1));
};

const namespaceAndUniversal = 0b110;

/** The authority in a component, which a record shows as a system (and its name as an assigner). */
export const takeAuthority = (composite: Composite, component: number): Authority => {
  if (composite.component(component) !== '') composite.accountForSubs(component, namespaceAndUniversal | listedOf.HD);
  return authorityIn(composite, component);
};

/** The name of an authority that has an OID or URI as well, which is its system. */
export const assignerOf = ({ namespace, universal }: Authority): JsonObject | undefined =>
  namespace !== '' && universal !== '' ? { display: namespace } : undefined;

/** EI: the authority stands in the components behind the identifier. */
export const authorityOfEntity = (entity: Composite): Authority => ({
  namespace: entity.text(2),
  universal: entity.text(3),
});

/** The same, which a record shows. */
export const takeAuthorityOfEntity = (entity: Composite): Authority => {
  entity.accountFor(listedOf.EI);
  return { namespace: entity.take(2), universal: entity.take(3) };
};

/** An EI in the sub-components of a component: the authority behind the identifier. */
export const takeAuthorityOfEntityIn = (composite: Composite, component: number): Authority => {
  // Its fourth part says of what form the third is (`EI-4` of the published list).
  composite.accountForSubs(component, listedOf.EI);
  return { namespace: composite.takeSub(component, 2), universal: composite.takeSub(component, 3) };
};

/** The identification domain; the sender's establishment where the message names none. */
export const domainOf = (authority: Authority, mapping: Mapping): string =>
  authority.universal || authority.namespace || mapping.finess;

const systemNamed = (name: string, finess: string): string => {
  if (name === '' || name === finess) return `urn:reprise:${finess}`;
  if (oid.test(name)) return `urn:oid:${name}`;
  return uri.test(name) ? name : `urn:reprise:${finess}:${encodeURIComponent(name)}`;
};

/** By establishment. */
const systemsOf = new Map<string, Remembered<string>>();

/** FHIR system of a domain: its OID or URI; a name that has neither is one within the sender's establishment. */
export const systemOf = (authority: Authority, mapping: Mapping): string => {
  const { finess } = mapping;
  let systems = systemsOf.get(finess);
  if (systems === undefined) systemsOf.set(finess, (systems = new Remembered<string>(2000)));
  const name = authority.universal || authority.namespace;
  return systems.of(name, (own) => systemNamed(own, finess));
};
