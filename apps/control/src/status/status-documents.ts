import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { AlarmCodeDocument } from '../senders/sender-documents.js';

const anything = { type: 'object', additionalProperties: true } as const;
const list = { type: 'array', items: anything } as const;

class ReplicaLagDocument {
  @ApiProperty({ type: String }) replica: string;
  @ApiProperty({ enum: ['following', 'halted', 'silent', 'unreachable', 'not-begun'] }) state: string;
  @ApiProperty({ type: String, description: 'why it does not follow; empty while it does' }) reason: string;
  @ApiProperty({ type: 'number', nullable: true, description: 'since its replicator last said that it lives' })
  heardSecondsAgo: number | null;
  @ApiProperty({ type: 'integer', nullable: true }) timeline: number | null;
  @ApiProperty({ type: String, nullable: true }) position: string | null;
  @ApiProperty({ type: 'number', nullable: true, description: '0 = level with the log' }) lagSeconds: number | null;
  @ApiProperty({ type: 'integer', nullable: true }) lagEvents: number | null;
  @ApiProperty({ enum: ['falling', 'steady', 'rising'], nullable: true }) trend: string | null;
  @ApiProperty({ type: 'integer', nullable: true }) parked: number | null;
  @ApiProperty({
    ...anything,
    nullable: true,
    description:
      '{position, lastFullRoundAt, ageSeconds, firstDifference: {record, what} | null}: all that is served, read again and again',
  })
  scrub: unknown;
}

class SenderAlarmDocument {
  @ApiProperty({ type: 'integer' }) count: number;
  @ApiProperty({ type: [AlarmCodeDocument], description: 'of each kind' }) codes: AlarmCodeDocument[];
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) since: string | null;
}

class SenderLineDocument {
  @ApiProperty({ type: String }) name: string;
  @ApiProperty({ type: 'integer' }) incarnation: number;
  @ApiProperty({ enum: ['live', 'silent', 'empty'] }) source: string;
  @ApiProperty({ type: 'integer', nullable: true }) silentSeconds: number | null;
  @ApiProperty({ type: 'integer', description: 'its setting: how long nothing may come of it' })
  silentAfterSeconds: number;
  @ApiProperty({ type: 'integer', nullable: true, description: 'numbers that did not come' }) missing: number | null;
  @ApiProperty({ type: SenderAlarmDocument, nullable: true, description: 'ids and order numbers that were used twice' })
  alarms: SenderAlarmDocument | null;
  @ApiProperty({ type: Boolean }) isIncarnationProposed: boolean;
}

class EstablishmentStatusDocument {
  @ApiProperty({ type: String }) establishment: string;
  @ApiProperty({ type: String }) name: string;
  @ApiProperty({
    enum: ['live', 'silent', 'empty', 'unknown'],
    description: 'silent = nothing for as long as its senders may be silent',
  })
  source: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) lastRecordedAt: string | null;
  @ApiProperty({ type: 'integer', nullable: true }) silentSeconds: number | null;
  @ApiProperty({ type: String, nullable: true }) logEnd: string | null;
  @ApiProperty({ type: 'number', nullable: true, description: 'of the replica that is furthest behind' })
  lagSeconds: number | null;
  @ApiProperty({ enum: ['falling', 'steady', 'rising'], nullable: true }) trend: string | null;
  @ApiProperty({ type: 'integer', nullable: true }) parked: number | null;
  @ApiProperty({ type: 'integer', nullable: true }) rtoSeconds: number | null;
  @ApiProperty({ enum: ['measured', 'assumed'] }) rtoBasis: string;
  @ApiProperty({ ...anything, nullable: true }) lastProvenRestore: unknown;
  @ApiProperty({ type: [ReplicaLagDocument] }) replicas: ReplicaLagDocument[];
  @ApiProperty({ type: [SenderLineDocument] }) senders: SenderLineDocument[];
}

class ProblemDocument {
  @ApiProperty({ type: String }) code: string;
  @ApiProperty({ enum: ['warning', 'wrong'] }) state: string;
  @ApiProperty({ type: String, description: 'one sentence' }) text: string;
  @ApiProperty({ type: String, description: 'what to run next' }) command: string;
  @ApiPropertyOptional({ type: String }) establishment?: string;
  @ApiPropertyOptional({ type: String }) replica?: string;
  @ApiPropertyOptional({ type: String }) sender?: string;
}

export class StatusDocument {
  @ApiProperty({ type: String, format: 'date-time' }) at: string;
  @ApiProperty({ enum: ['ok', 'warning', 'wrong'], description: 'the worst of the problems' }) state: string;
  @ApiProperty({ type: [ProblemDocument], description: 'what is wrong comes first' }) problems: ProblemDocument[];
  @ApiProperty({ type: [EstablishmentStatusDocument] }) items: EstablishmentStatusDocument[];
}

export class MeaningDocument {
  @ApiProperty({ type: String }) establishment: string;
  @ApiProperty({ type: String, format: 'date-time' }) at: string;
  @ApiProperty({
    ...anything,
    description: '{recorded|sent|occurred: {cut, lastIn, firstOut, leftOut, leftOutPositions}}',
  })
  clocks: unknown;
}

export class TerritoryDocument {
  @ApiProperty(list) territories: unknown[];
  @ApiProperty(list) establishments: unknown[];
  @ApiProperty(list) senders: unknown[];
  @ApiProperty(list) memberships: unknown[];
}

class DiagnosisItemDocument {
  @ApiProperty({ type: String }) what: string;
  @ApiProperty({ enum: ['ok', 'warning', 'wrong'] }) state: string;
  @ApiProperty({ type: String }) detail: string;
  @ApiProperty({ type: String }) hint: string;
  @ApiPropertyOptional({ type: String, description: 'of what is wrong' }) code?: string;
}

export class DiagnosisDocument {
  @ApiProperty({ enum: ['ok', 'warning', 'wrong'] }) state: string;
  @ApiProperty({ type: [DiagnosisItemDocument] }) items: DiagnosisItemDocument[];
}
