import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

const texts = { type: 'array', items: { type: 'string' } } as const;
const byEstablishment = (items: 'string' | 'integer') =>
  ({ type: 'object', additionalProperties: { type: items } }) as const;
const anything = { type: 'object', additionalProperties: true } as const;

/** POST /api/restores/plan */
export class PlanRequestDocument {
  @ApiPropertyOptional({ type: String, description: 'FINESS number; this or territory' }) establishment?: string;
  @ApiPropertyOptional({ type: String, description: 'its members at T' }) territory?: string;
  @ApiPropertyOptional({
    type: String,
    description: 'RFC 3339 with zone, or "15m ago"; this, toPosition or beforeEvent',
  })
  to?: string;
  @ApiPropertyOptional({ type: String, description: 'the last position that counts, decimal' }) toPosition?: string;
  @ApiPropertyOptional({ type: String, description: 'a position, or a message id: it and what follows do not count' })
  beforeEvent?: string;
  @ApiPropertyOptional({ enum: ['recorded', 'sent', 'occurred'], default: 'recorded' }) clock?: string;
  @ApiPropertyOptional(texts) excludeSenders?: string[];
  @ApiPropertyOptional({ ...texts, description: 'ADT^A40, ADT, PUT' }) excludeTypes?: string[];
  @ApiPropertyOptional({ type: 'array', items: texts, description: 'pairs of times on the clock, both included' })
  excludeBetween?: string[][];
  @ApiPropertyOptional({ enum: ['omit', 'replay'], default: 'omit' }) afterCut?: string;
  @ApiPropertyOptional({ type: Boolean, default: false }) allowEmpty?: boolean;
}

class EventMarkDocument {
  @ApiProperty({ type: String }) establishment: string;
  @ApiProperty({ type: String }) position: string;
  @ApiProperty({ type: String }) sender: string;
  @ApiProperty({ type: String }) label: string;
  @ApiProperty({ type: String, format: 'date-time' }) recordedAt: string;
  @ApiPropertyOptional({ type: String, format: 'date-time' }) sentAt?: string;
  @ApiPropertyOptional({ type: String, format: 'date-time' }) occurredAt?: string;
}

class PlanWarningDocument {
  @ApiProperty({ enum: ['cut.within-removals', 'cut.within-rewrites', 'cut.unread'] }) code: string;
  @ApiProperty({ type: String }) establishment: string;
  @ApiProperty({ type: String, nullable: true }) sender: string | null;
  @ApiProperty({ type: String, description: 'one sentence' }) text: string;
  @ApiProperty({ type: String, description: 'what to run next' }) command: string;
}

/** A plan; given back whole it can be run after a restart of control. */
export class PlanDocument {
  @ApiProperty({ type: String }) planId: string;
  @ApiProperty({ type: String, description: 'SHA-256 over what decides the result' }) hash: string;
  @ApiProperty({ type: 'object', properties: { establishments: texts } }) scope: unknown;
  @ApiProperty({ enum: ['recorded', 'sent', 'occurred'] }) clock: string;
  @ApiProperty({ type: String }) to: string;
  @ApiProperty(byEstablishment('string')) cuts: unknown;
  @ApiProperty({ type: [EventMarkDocument] }) lastIn: EventMarkDocument[];
  @ApiProperty({ type: [EventMarkDocument] }) firstOut: EventMarkDocument[];
  @ApiProperty({ type: 'integer', description: 'that count' }) events: number;
  @ApiProperty({ type: 'integer', description: 'left out, besides those' }) excluded: number;
  @ApiProperty({ ...anything, description: 'the first twenty, by establishment' }) excludedPositions: unknown;
  @ApiProperty({ type: 'integer' }) bytes: number;
  @ApiProperty(texts) gaps: string[];
  @ApiProperty({ type: 'number' }) estimateSeconds: number;
  @ApiProperty({ enum: ['measured', 'assumed'] }) estimateBasis: string;
  @ApiProperty({ enum: ['omit', 'replay'] }) afterCut: string;
  @ApiProperty(anything) request: unknown;
  @ApiProperty({ type: 'array', items: anything }) targets: unknown[];
  @ApiProperty(byEstablishment('integer')) liveTimelines: unknown;
  @ApiProperty(byEstablishment('string')) logIds: unknown;
  @ApiProperty({ type: [PlanWarningDocument], description: 'to be looked at before it is run' })
  warnings: PlanWarningDocument[];
}

export class RunRequestDocument {
  @ApiPropertyOptional({ type: String, description: 'this or plan' }) planId?: string;
  @ApiPropertyOptional({ type: PlanDocument }) plan?: PlanDocument;
}

class BuildDocument {
  @ApiProperty({ type: String }) establishment: string;
  @ApiProperty({ type: String }) replica: string;
  @ApiProperty({ enum: ['not-begun', 'unreachable', 'building', 'built', 'following', 'failed', 'cancelled'] })
  state: string;
  @ApiProperty({ enum: ['waiting', 'replaying', 'indexing', 'verifying', 'done'] }) phase: string;
  @ApiProperty({ type: 'integer' }) eventsDone: number;
  @ApiProperty({ type: 'integer' }) eventsTotal: number;
  @ApiProperty({ type: String }) eventTimeReached: string;
  @ApiProperty({ type: String }) stateDigest: string;
  @ApiProperty({ type: String }) failure: string;
}

class SwitchDocument {
  @ApiProperty({ type: String }) replica: string;
  @ApiProperty({ enum: ['switched', 'pending', 'unreachable'] }) state: string;
  @ApiProperty({ type: String, description: 'why it does not switch now, where that is known' }) reason: string;
}

export class RestoreDocument {
  @ApiProperty({ type: String }) restoreId: string;
  @ApiProperty({ type: String }) planId: string;
  @ApiProperty({ type: String }) planHash: string;
  @ApiProperty(texts) establishments: string[];
  @ApiProperty({ enum: ['running', 'built', 'approved', 'promoted', 'rolled-back', 'failed', 'cancelled'] })
  state: string;
  @ApiProperty({ enum: ['waiting', 'replaying', 'indexing', 'verifying', 'done'] }) phase: string;
  @ApiProperty({ type: String, nullable: true, description: 'the establishment that the slowest replica is building' })
  building: string | null;
  @ApiProperty({ type: String, description: 'on the recorded clock, of what is being built' }) eventTimeReached: string;
  @ApiProperty({ type: String }) target: string;
  @ApiProperty({ type: 'integer' }) eventsDone: number;
  @ApiProperty({ type: 'integer' }) eventsTotal: number;
  @ApiProperty({ type: 'number', nullable: true }) etaSeconds: number | null;
  @ApiProperty({ type: String, nullable: true }) certificateId: string | null;
  @ApiProperty(texts) certificateIds: string[];
  @ApiProperty({ type: String }) requestedBy: string;
  @ApiProperty({ type: String, nullable: true }) approvedBy: string | null;
  @ApiProperty({ type: String, description: 'a sentence; empty while nothing has failed' }) failure: string;
  @ApiProperty({ type: [String], description: 'while it runs: a sentence for each replica that builds nothing now' })
  waitsFor: string[];
  @ApiProperty({ type: [BuildDocument] }) builds: BuildDocument[];
  @ApiProperty({ type: [SwitchDocument], description: 'once promoted, or rolled back: by replica' })
  switches: SwitchDocument[];
}

class CountsDocument {
  @ApiProperty({ type: 'integer' }) added: number;
  @ApiProperty({ type: 'integer' }) changed: number;
  @ApiProperty({ type: 'integer' }) removed: number;
}

export class ComparisonDocument {
  @ApiProperty({ type: String }) restoreId: string;
  @ApiProperty({ ...anything, description: '{Type: {added, changed, removed, same}}; added = restored, not live' })
  byType: unknown;
  @ApiProperty({ type: CountsDocument }) patients: CountsDocument;
  @ApiProperty({ type: 'integer' }) afterCut: number;
  @ApiProperty({ type: String }) replica: string;
  @ApiPropertyOptional({ ...anything, description: '{Type: {member: how often it differs}}' }) fields?: unknown;
  @ApiPropertyOptional({ type: 'array', items: anything, description: 'with patients and showPhi' })
  patientList?: unknown[];
}

export class CertificateDocument {
  @ApiProperty({ type: 'integer' }) version: number;
  @ApiProperty({ type: String }) restoreId: string;
  @ApiProperty({ type: String }) planHash: string;
  @ApiProperty({ type: String }) establishment: string;
  @ApiProperty({ type: 'integer' }) timeline: number;
  @ApiProperty({ ...anything, description: 'the timeline: all that is needed to fold again' }) definition: unknown;
  @ApiProperty({ type: String }) cut: string;
  @ApiProperty({ type: String }) builtTo: string;
  @ApiProperty({ type: String }) logId: string;
  @ApiProperty({ type: String }) logHash: string;
  @ApiProperty({ type: 'integer' }) foldVersion: number;
  @ApiProperty({ type: String }) stateDigest: string;
  @ApiProperty({ type: 'integer' }) records: number;
  @ApiProperty({ type: 'integer' }) events: number;
  @ApiProperty(texts) gaps: string[];
  @ApiProperty(texts) parked: string[];
  @ApiProperty({ type: String, format: 'date-time' }) startedAt: string;
  @ApiProperty({ type: String, format: 'date-time' }) finishedAt: string;
  @ApiProperty({ type: String, description: 'Ed25519 over the rest in canonical JSON, base64' }) signature: string;
  @ApiProperty({ type: String }) keyId: string;
}

export class CertificatesDocument {
  @ApiProperty({ type: [CertificateDocument] }) items: CertificateDocument[];
}

class CheckDocument {
  @ApiProperty({ type: String }) what: string;
  @ApiProperty({ type: String }) expected: string;
  @ApiProperty({ type: String }) found: string;
  @ApiProperty({ type: Boolean }) ok: boolean;
}

export class VerificationDocument {
  @ApiProperty({ enum: ['same', 'differs', 'nothing-examined'] }) verdict: string;
  @ApiProperty({ ...anything, description: 'counts of events, records, bytes' }) examined: unknown;
  @ApiProperty({ type: [CheckDocument] }) checks: CheckDocument[];
}
