import type { JsonObject } from '#domain';
import type { Composite } from '../message/segment.js';
import type { Numbered } from './authorities.js';
import { assignerOf, numberedInPair, systemOf, takeAuthorityOfEntity, takeAuthorityOfEntityIn } from './authority.js';
import { members } from './fhir-json.js';
import type { Value } from './field-rules.js';
import type { Mapping } from './mapping.js';

/** FHIR Identifier of an EI. */
export const entityIdentifier = (entity: Composite, mapping: Mapping, numbered?: Numbered): JsonObject | undefined => {
  if (entity.text(1) === '') return undefined;
  const authority = takeAuthorityOfEntity(entity);
  return members({
    system: systemOf(authority, mapping, numbered),
    value: entity.take(1),
    assigner: assignerOf(authority, mapping, numbered),
  });
};

/** Numbers within an EIP: the filler's in component 2, then the placer's in component 1, each an EI in sub-components. */
export const pairIdentifiers = (pair: Composite | undefined, mapping: Mapping): readonly JsonObject[] =>
  ([2, 1] as const).flatMap((component) => {
    if (pair === undefined || pair.sub(component, 1) === '') return [];
    const authority = takeAuthorityOfEntityIn(pair, component);
    const value = pair.takeSub(component, 1);
    return [
      members({
        system: systemOf(authority, mapping, numberedInPair(component)),
        value,
        assigner: assignerOf(authority, mapping, numberedInPair(component)),
      }),
    ];
  });

export const asEntity: Value = (value, mapping) => {
  const identifier = entityIdentifier(value, mapping);
  return identifier && { valueIdentifier: identifier };
};
