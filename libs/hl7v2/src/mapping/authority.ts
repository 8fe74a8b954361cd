import { Composite } from '../message/segment.js';
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

/** EI: the authority stands in the components behind the identifier. */
export const authorityOfEntity = (entity: Composite): Authority => ({
  namespace: entity.text(2),
  universal: entity.text(3),
});

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
