import type { Fact } from './facts.js';

/** What a fact is called. */
const nounOf = ({ kind, name, of, value }: Fact): string => {
  switch (kind) {
    case 'security':
      return `row-level security of ${of}`;
    case 'policy':
      return `policy ${name} of ${of}`;
    case 'attribute':
      return `attribute ${name} of ${of}`;
    case 'member':
      return `membership of ${name} in ${of}`;
    case 'grant':
      return `right of ${value} to ${name} on ${of}`;
    case 'function':
      return `function ${name}`;
    case 'source':
      return `source of function ${of}`;
    case 'trigger':
      return `trigger ${name} of ${of}`;
    case 'rule':
      return `rule ${name} of ${of}`;
    case 'setting':
      return `setting ${name} of ${of}`;
    case 'table':
      return `${value.replace(/ of .*/, '')} ${name}`;
    case 'column':
      return `column ${name} of ${of}`;
    case 'constraint':
      return `constraint ${name} of ${of}`;
    case 'schema':
      return name === 'database' ? 'owner of the database' : `schema ${name}`;
    case 'other':
      return name;
    case 'limit':
      return `limit of connections of ${of}`;
    case 'index':
      return `index ${name} of ${of}`;
  }
};

/**
 * Letters that a thing may be called by: whoever made it chose its name.
 * @limit Control | letters of what was changed in a replica's schema | cut, with an ellipsis
 */
export const driftNameLettersMax = 150;

const named = (fact: Fact): string => {
  const noun = nounOf(fact);
  return noun.length <= driftNameLettersMax ? noun : `${noun.slice(0, driftNameLettersMax - 1)}…`;
};

export type Change = 'missing' | 'added' | 'changed';

/** One plain sentence. `fact`: what the database has, or where it is missing, what it should have. */
export const sentenceOf = (change: Change, fact: Fact): string => {
  if (change === 'missing') return `${named(fact)} is missing`;
  if (change === 'added') return `${named(fact)} was added`;
  if (fact.kind === 'security' && fact.value === 'off') return `${named(fact)} is switched off`;
  if (fact.kind === 'security' && fact.value === 'on') return `${named(fact)} is not forced`;
  return `${named(fact)} is not what was made`;
};
