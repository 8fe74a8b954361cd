import { createHash } from 'node:crypto';
import { bundleTypes } from './read-bundle.js';
import { patchTypes } from './media-type.js';
import { resourceTypes } from './resource-types.js';
import { searchParameters, searchShaping } from './search-parameters.js';

/** What each kind of base lets a caller do with every type, and with the base itself. */
const interactions = {
  reader: { type: ['read', 'vread', 'history-instance', 'history-type', 'search-type'], system: ['history-system'] },
  territory: { type: ['search-type'], system: [] },
  gateway: { type: ['update', 'patch', 'delete', 'create'], system: ['transaction', 'batch'] },
} as const;
type Mode = keyof typeof interactions;

const asSent =
  'Read-only replica. Content is served as it was sent; id, meta.versionId and meta.lastUpdated are the only members set here.';
const words = {
  reader: `${asSent} Everything takes _asOf: the state at a recorded instant. Histories take _since.`,
  territory: `${asSent} Entries are read at the base of their establishment, to which fullUrl points. Searches take _asOf: the state at a recorded instant.`,
  gateway: `Writes are answered when they are durable in the log. Bundles: ${Object.keys(bundleTypes).join(', ')}, as a whole or not at all; a batch entry by entry. Conditional operations, If-Match and conditional references to a Patient are not supported; other conditional references are kept as sent, and the answer says so (response.outcome). Bodies are FHIR JSON; any other type is 415.`,
} as const satisfies Record<Mode, string>;

/** What else is claimed of every type. */
const claims = {
  reader: { versioning: 'versioned', readHistory: true, conditionalRead: 'full-support' },
  territory: { versioning: 'versioned' },
  gateway: {
    versioning: 'versioned',
    updateCreate: true,
    conditionalCreate: false,
    conditionalUpdate: false,
    conditionalDelete: 'not-supported',
  },
} as const satisfies Record<Mode, object>;

export interface Capability {
  readonly mode: Mode;
  readonly software: { readonly name: string; readonly version: string };
  /** The base that it is about, without a slash at the end. */
  readonly url: string;
  /** FHIR dateTime of the release. */
  readonly date: string;
}

interface DeclaredParameter {
  readonly name: string;
  readonly type?: string;
  readonly documentation: string;
}
const declared = ({ name, type, documentation }: DeclaredParameter): object => ({
  name,
  type: type ?? 'special',
  documentation,
});

const resourceOf = (mode: Mode, type: string): object => ({
  type,
  interaction: interactions[mode].type.map((code) => ({ code })),
  ...claims[mode],
  ...(mode !== 'gateway' && { searchParam: searchParameters(type).map(declared) }),
});

/**
 * FHIR R4 CapabilityStatement, made from the very tables by which requests are read, so that it cannot say what is not so.
 */
export const capabilityStatement = (capability: Capability): object => {
  const { mode, software, url, date } = capability;
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date,
    kind: 'instance',
    software,
    implementation: { description: `Reprise ${mode}`, url },
    fhirVersion: '4.0.1',
    format: ['json'],
    ...(mode === 'gateway' && { patchFormat: [...patchTypes] }),
    rest: [
      {
        mode: 'server',
        documentation: words[mode],
        resource: [...resourceTypes].map((type) => resourceOf(mode, type)),
        ...(interactions[mode].system.length > 0 && {
          interaction: interactions[mode].system.map((code) => ({ code })),
        }),
        ...(mode !== 'gateway' && { searchParam: searchShaping.map(declared) }),
      },
    ],
  };
};

/** Anybody may ask for it, and it is long: written once, as bytes. Only the address of the base is put in with each answer. */
export class WrittenStatement {
  private readonly before: Buffer;
  private readonly after: Buffer;
  private readonly digest: string;

  constructor(capability: Omit<Capability, 'url'>) {
    const place = 'urn:reprise:base';
    const [before = '', after = ''] = JSON.stringify(capabilityStatement({ ...capability, url: place })).split(
      JSON.stringify(place),
    );
    this.before = Buffer.from(before);
    this.after = Buffer.from(after);
    this.digest = createHash('sha256').update(this.before).update(this.after).digest('base64url');
  }

  at(url: string): { readonly bytes: Buffer; readonly etag: string } {
    const written = Buffer.from(JSON.stringify(url));
    const etag = createHash('sha256').update(this.digest).update(written).digest('base64url').slice(0, 22);
    return { bytes: Buffer.concat([this.before, written, this.after]), etag: `"${etag}"` };
  }
}
