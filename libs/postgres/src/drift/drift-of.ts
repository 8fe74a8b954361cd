import { expectedFacts } from './expected-facts.js';
import { type Fact, factKinds, type FoundTable, nameOf } from './facts.js';
import { type Change, sentenceOf } from './sentences.js';

interface Drift {
  readonly change: Change;
  readonly fact: Fact;
}

/** One plain sentence for each thing that is not as it was made, the gravest first. Of a table or function that is gone or new, that alone. */
export const driftOf = (tables: readonly FoundTable[], found: readonly Fact[]): readonly string[] => {
  const expected = new Map(expectedFacts(tables, found).map((fact) => [nameOf(fact), fact]));
  const actual = new Map(found.map((fact) => [nameOf(fact), fact]));
  const gone = [...expected].flatMap(([name, fact]) =>
    actual.has(name) ? [] : [{ change: 'missing' as const, fact }],
  );
  const there = [...actual].flatMap(([name, fact]): readonly Drift[] => {
    const other = expected.get(name);
    if (!other) return [{ change: 'added', fact }];
    return other.value === fact.value ? [] : [{ change: 'changed', fact }];
  });
  return [...withoutParts(gone), ...withoutParts(there)]
    .toSorted((a, b) => gravity(a) - gravity(b))
    .map(({ change, fact }) => sentenceOf(change, fact));
};

const gravity = ({ fact }: Drift): number => factKinds.indexOf(fact.kind);

/** Columns and rights of a table that is itself gone, or new, are no news; nor the source of such a function. */
const withoutParts = (drifts: readonly Drift[]): readonly Drift[] => {
  const wholes = new Set(
    drifts.flatMap(({ change, fact: { kind, name } }) => {
      if (change === 'changed') return [];
      return kind === 'table' ? [name] : kind === 'function' ? [name, `function ${name}`] : [];
    }),
  );
  return drifts.filter(({ fact: { of } }) => !wholes.has(of.replace(/^column .+ of /, '')));
};
