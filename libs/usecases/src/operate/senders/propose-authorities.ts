import type { Hl7Settings } from '#domain';
import { type SeenAuthority, seenAuthorities } from '#hl7v2';

/** A pair of namespace and OID that messages named together and the profile does not declare. */
export interface ProposedAuthority extends SeenAuthority {
  /** In how many messages it was seen. */
  readonly messages: number;
}

/**
 * A sender has a few; one that has more gives them by chance.
 * @limit Control | pairs of authorities that are proposed | further ones are not
 */
const pairsMax = 50;

/** Pairs of namespace and OID in the messages of one sender. */
export class SeenAuthorities {
  private readonly pairs = new Map<string, ProposedAuthority>();

  /** Of one message. */
  add(received: Uint8Array): void {
    this.addSeen(seenAuthorities(received));
  }

  addSeen(seen: readonly SeenAuthority[]): void {
    for (const { namespace, oid } of seen) {
      const key = `${namespace}\n${oid}`;
      const known = this.pairs.get(key);
      if (known || this.pairs.size < pairsMax)
        this.pairs.set(key, { namespace, oid, messages: (known?.messages ?? 0) + 1 });
    }
  }

  /** Those whose namespace the profile does not declare, the most frequent first. */
  proposals({ authorities = [] }: Hl7Settings = {}): readonly ProposedAuthority[] {
    const declared = new Set(authorities.map(({ namespace }) => namespace));
    return [...this.pairs.values()]
      .filter(({ namespace }) => !declared.has(namespace))
      .toSorted(
        (a, b) => b.messages - a.messages || (`${a.namespace}\n${a.oid}` < `${b.namespace}\n${b.oid}` ? -1 : 1),
      );
  }
}

/** As YAML reads it back to the letter: a number without quotes would be one to an editor. */
const written = (text: string): string =>
  /^(?:[A-Za-z][\w-]*|\d+(?:\.\d+){2,})$/.test(text) ? text : JSON.stringify(text);

const lineOf = ({ namespace, oid }: SeenAuthority): string =>
  `- { namespace: ${written(namespace)}, oid: ${written(oid)} }`;

/**
 * The proposals as lines to paste into a profile. A namespace has one OID there: of several that were seen the most frequent stands,
 * the others as comments.
 */
export const authorityLines = (proposals: readonly ProposedAuthority[]): readonly string[] => {
  if (proposals.length === 0) return [];
  const given = new Set<string>();
  const lines = proposals.map((one) => {
    const isFirst = !given.has(one.namespace);
    given.add(one.namespace);
    return `    ${isFirst ? '' : '# '}${lineOf(one)}`;
  });
  return ['hl7:', '  authorities:', ...lines];
};
