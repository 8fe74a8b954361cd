import type { Establishment } from '#domain';
import { authorityIn } from './mapping/authority.js';
import { checkAuthorities } from './mapping/told-authorities.js';
import { insKindAt, isIns } from './mapping/identifier.js';
import type { Mapping } from './mapping/mapping.js';
import type { Composite } from './message/segment.js';

const finessForm = /^\d[\dAB]\d{7}$/;

/** INS of test and of production, each by the sender's setting. */
const checkIdentities = (mapping: Mapping): void => {
  const { sender } = mapping.context;
  for (const pid of mapping.message.all('PID'))
    pid.repetitions(3).forEach((identifier, index) => {
      const nature = isIns(identifier) ? insKindAt(identifier, mapping)?.nature : undefined;
      if (nature !== 'test' && nature !== 'production') return;
      const setting = nature === 'test' ? sender.testIdentities : sender.productionIdentities;
      if (setting === 'refuse') mapping.findings.refuse(`ins-${nature}`, `PID^${pid.sequence}^3`);
      else if (setting === 'warn') mapping.warn(`ins-${nature}`, `PID-3[${index + 1}]`);
    });
};

/** Where real feeds name establishments; which one it is has no say in where a record goes (contract, section 3). */
const finessPlaces: readonly (readonly [string, readonly (readonly [number, readonly number[]])[]])[] = [
  ['MSH', [[4, [1, 2]]]],
  [
    'PID',
    [
      [3, [4]],
      [18, [4]],
      [34, [4, 6]],
    ],
  ],
  [
    'PV1',
    [
      [3, [4]],
      [19, [4]],
    ],
  ],
  [
    'ZBE',
    [
      [1, [2, 3]],
      [7, [6]],
      [8, [6]],
    ],
  ],
];

const isForeign = (name: string, { finess, sites }: Establishment): boolean =>
  name.length === 9 && name !== finess && finessForm.test(name) && !sites.some((site) => site === name);

const namesForeign = (composite: Composite, components: readonly number[], establishment: Establishment): boolean => {
  for (const component of components) {
    if (composite.component(component).length < 9) continue;
    const { namespace, universal } = authorityIn(composite, component);
    if (isForeign(namespace, establishment) || isForeign(universal, establishment)) return true;
  }
  return false;
};

const checkFiness = (mapping: Mapping): void => {
  const { sender, establishment } = mapping.context;
  for (const [name, fields] of finessPlaces) {
    const segment = mapping.message.first(name);
    if (segment === undefined) continue;
    for (const [field, components] of fields) {
      // Most are empty, or shorter than a FINESS number is.
      const composite = segment.raw(field).length < 9 ? undefined : segment.first(field);
      if (composite === undefined || !namesForeign(composite, components, establishment)) continue;
      if (sender.foreignFiness === 'refuse') mapping.findings.refuse('finess-foreign', `${name}^1^${field}`);
      else mapping.warn('finess-foreign', `${name}-${field}`);
    }
  }
};

/** What the sender's settings say of a message, whatever its type. */
export const checkPolicy = (mapping: Mapping): void => {
  checkIdentities(mapping);
  checkFiness(mapping);
  checkAuthorities(mapping);
};
