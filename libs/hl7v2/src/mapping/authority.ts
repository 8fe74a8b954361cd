import type { JsonObject } from '#domain';
import { Composite } from '../message/segment.js';
import { listedOf } from '../represented/not-taken.js';
import type { Authority, Numbered } from './authorities.js';
import type { Mapping } from './mapping.js';
import { Remembered } from './remembered.js';

const oid = /^[0-2](?:\.\d+)+$/;
const uri = /^(?:https?:\/\/|urn:)\S+$/;

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
export const assignerOf = (authority: Authority, mapping: Mapping, numbered?: Numbered): JsonObject | undefined => {
  const { namespace, universal } = mapping.authorities.spelt(authority, numbered);
  return namespace !== '' && universal !== '' ? { display: namespace } : undefined;
};

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

/** EIP: the placer's number in component 1, the filler's in 2; of each the authority stands in its sub-components. */
export const authorityInPair = (pair: Composite, component: 1 | 2): Authority => ({
  namespace: pair.sub(component, 2),
  universal: pair.sub(component, 3),
});

/** Of what a component of an EIP is the number. */
export const numberedInPair = (component: 1 | 2): Numbered => (component === 1 ? 'placer' : 'order');

/** The identification domain; the sender's establishment where neither the message nor the sender's profile names one. */
export const domainOf = (authority: Authority, mapping: Mapping, numbered?: Numbered): string => {
  const { universal, namespace } = mapping.authorities.spelt(authority, numbered);
  return universal || namespace || mapping.finess;
};

const systemNamed = (name: string, finess: string): string => {
  if (name === '' || name === finess) return `urn:reprise:${finess}`;
  if (oid.test(name)) return `urn:oid:${name}`;
  return uri.test(name) ? name : `urn:reprise:${finess}:${encodeURIComponent(name)}`;
};

/** By establishment. */
const systemsOf = new Map<string, Remembered<string>>();

/** FHIR system of a name: an OID or URI; any other is a name within the sender's establishment. */
export const systemOfName = (name: string, { finess }: Pick<Mapping, 'finess'>): string => {
  let systems = systemsOf.get(finess);
  if (systems === undefined) systemsOf.set(finess, (systems = new Remembered<string>(2000)));
  return systems.of(name, (own) => systemNamed(own, finess));
};

/** FHIR system of an identification domain. */
export const systemOf = (authority: Authority, mapping: Mapping, numbered?: Numbered): string => {
  const { universal, namespace } = mapping.authorities.spelt(authority, numbered);
  return systemOfName(universal || namespace, mapping);
};
