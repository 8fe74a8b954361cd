import type { Composite } from '../message/segment.js';
import type { Mapping } from './mapping.js';
import { Remembered } from './remembered.js';

const oid = /^[0-2](?:\.\d+)+$/;
const uri = /^(?:https?:\/\/|urn:)\S+$/;

/** An HD (namespace, universal id, its type), in a component or spread over components (EI). */
export interface Authority {
  readonly namespace: string;
  readonly universal: string;
}

export const authorityIn = (composite: Composite, component: number): Authority => ({
  namespace: composite.sub(component, 1),
  universal: composite.sub(component, 2),
});

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

/** The same few authorities come in every message; by establishment. */
const remembered = new Map<string, Remembered<string>>();

/** FHIR system of a domain: its OID or URI; a name that has neither is one within the sender's establishment. */
export const systemOf = (authority: Authority, mapping: Mapping): string => {
  const { finess } = mapping;
  let systems = remembered.get(finess);
  if (systems === undefined) remembered.set(finess, (systems = new Remembered<string>(2000)));
  const name = authority.universal || authority.namespace;
  return systems.of(name, (own) => systemNamed(own, finess));
};
