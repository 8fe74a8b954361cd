import type { Hl7Settings, NumberKind } from '#domain';

/** An HD (namespace, universal id, its type), in a component or spread over components (EI). */
export interface Authority {
  readonly namespace: string;
  readonly universal: string;
}

/** Of what a number is: a number that names no authority is one of the sender's own authority for these. */
export type Numbered = NumberKind | 'patient';

const nobody: Hl7Settings = {};
const known = new WeakMap<Hl7Settings, Authorities>();

/** The authorities of one sender: which spellings are one authority, and whose a number is that names none. By its profile alone. */
export class Authorities {
  /** OIDs by namespaces, and the first namespace of each OID. */
  private readonly oids: ReadonlyMap<string, string>;
  private readonly namespaces: ReadonlyMap<string, string>;
  /** What is remembered of an authority is remembered by this. */
  readonly words: string;

  private constructor(private readonly settings: Hl7Settings) {
    const { authorities = [] } = settings;
    this.oids = new Map(authorities.map(({ namespace, oid }) => [namespace, oid]));
    this.namespaces = new Map(authorities.toReversed().map(({ namespace, oid }) => [oid, namespace]));
    this.words = JSON.stringify(authorities);
  }

  /** Made once for a profile. */
  static of(settings: Hl7Settings = nobody): Authorities {
    const made = known.get(settings) ?? new Authorities(settings);
    known.set(settings, made);
    return made;
  }

  /** The OID that the profile declares for a namespace. */
  oidOf(namespace: string): string | undefined {
    return this.oids.get(namespace);
  }

  /** Whose numbers are that name no authority; undefined where the profile says nothing of it. */
  ownOf(numbered: Numbered): string | undefined {
    return numbered === 'patient' ? this.settings.patientDomain : this.settings.numberDomains?.[numbered];
  }

  /** The one spelling of an authority, with both its names, as far as the profile declares them. */
  spelt(authority: Authority, numbered?: Numbered): Authority {
    const { namespace, universal } = authority;
    if (namespace !== '' && universal !== '') return authority;
    const name = universal || namespace || (numbered && this.ownOf(numbered)) || '';
    const declared = this.namespaces.get(name);
    if (declared !== undefined) return { namespace: declared, universal: name };
    if (universal !== '') return authority;
    const oid = this.oids.get(name);
    return oid === undefined && name === namespace ? authority : { namespace: name, universal: oid ?? '' };
  }
}
