import { ApiProperty } from '@nestjs/swagger';

class WarningDocument {
  @ApiProperty({ type: String }) code: string;
  @ApiProperty({ type: String }) location: string;
  @ApiProperty({ type: String }) text: string;
}

class MessageDocument {
  @ApiProperty({ type: String, description: 'FINESS-812 in the log, FINESS-r3 among what was refused' })
  messageId: string;
  @ApiProperty({ type: String }) establishment: string;
  @ApiProperty({ type: String }) sender: string;
  @ApiProperty({ type: String, description: 'MSH-10, or what the sender gave in its place' }) controlId: string;
  @ApiProperty({ type: String, description: 'its type: ADT^A01, PUT Patient, DELETE Patient, Bundle transaction' })
  label: string;
  @ApiProperty({ type: String, format: 'date-time' }) receivedAt: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) recordedAt: string | null;
  @ApiProperty({ enum: ['applied', 'parked', 'duplicate', 'unmapped', 'refused', 'omitted', 'waiting'] }) state: string;
  @ApiProperty({ type: String }) acknowledgement: string;
  @ApiProperty({ type: String, nullable: true }) position: string | null;
  @ApiProperty({ type: [String], description: 'Type/id' }) records: string[];
  @ApiProperty({ type: [WarningDocument] }) warnings: WarningDocument[];
}

export class MessagePageDocument {
  @ApiProperty({ type: [MessageDocument] }) items: MessageDocument[];
  @ApiProperty({ type: String, nullable: true, description: 'cursor of the next page' }) next: string | null;
}

class SummaryRowDocument {
  @ApiProperty({ type: String, format: 'date-time', description: 'where the piece of time begins' }) from: string;
  @ApiProperty({ type: String }) establishment: string;
  @ApiProperty({ type: String }) sender: string;
  @ApiProperty({ type: String }) type: string;
  @ApiProperty({ type: 'integer' }) messages: number;
  @ApiProperty({ type: 'integer' }) parked: number;
  @ApiProperty({ type: 'integer' }) refused: number;
  @ApiProperty({ type: 'integer', description: 'records that they touched' }) records: number;
  @ApiProperty({ type: 'integer', description: 'records that they removed' }) removed: number;
}

class SummaryPeakDocument {
  @ApiProperty({ type: String, format: 'date-time' }) from: string;
  @ApiProperty({ type: 'integer' }) messages: number;
}

class SummarySeriesDocument {
  @ApiProperty({ type: String }) establishment: string;
  @ApiProperty({ type: String }) sender: string;
  @ApiProperty({ type: String }) type: string;
  @ApiProperty({ type: 'integer' }) messages: number;
  @ApiProperty({ type: 'integer' }) removed: number;
  @ApiProperty({ type: SummaryPeakDocument }) peak: SummaryPeakDocument;
  @ApiProperty({ type: [Number], description: 'messages of each piece, oldest first' }) counts: number[];
}

class CloserLookDocument {
  @ApiProperty({ enum: ['removed', 'rewritten', 'busiest'] }) why: string;
  @ApiProperty({ type: String }) establishment: string;
  @ApiProperty({ type: String }) sender: string;
  @ApiProperty({ type: String }) type: string;
  @ApiProperty({ type: String, format: 'date-time' }) since: string;
  @ApiProperty({ type: String, format: 'date-time', description: 'exclusive' }) until: string;
  @ApiProperty({ type: String, description: 'what lists these messages' }) command: string;
}

export class MessageSummaryDocument {
  @ApiProperty({ type: String, format: 'date-time' }) since: string;
  @ApiProperty({ type: String, format: 'date-time' }) until: string;
  @ApiProperty({ enum: ['minute', 'ten-minutes', 'hour', 'day'] }) piece: string;
  @ApiProperty({ type: Boolean, description: 'false: more came than is counted here; narrow the interval' })
  complete: boolean;
  @ApiProperty({ type: [SummaryRowDocument], description: 'newest first' }) items: SummaryRowDocument[];
  @ApiProperty({ type: [SummarySeriesDocument] }) series: SummarySeriesDocument[];
  @ApiProperty({ type: CloserLookDocument, nullable: true, description: 'where to look first; null: nothing came' })
  closer: CloserLookDocument | null;
  @ApiProperty({ type: String, nullable: true, description: 'cursor of the next page' }) next: string | null;
}

class SameIdDocument {
  @ApiProperty({ type: String }) messageId: string;
  @ApiProperty({ type: String }) state: string;
  @ApiProperty({ type: Boolean, description: 'false: one id for two messages, and both took effect' })
  sameBytes: boolean;
}

class WaitsForDocument {
  @ApiProperty({ type: String }) reason: string;
  @ApiProperty({ type: String, nullable: true, description: 'the message that holds it up' }) behind: string | null;
  @ApiProperty({ type: [String], nullable: true, description: 'withheld without showPhi' }) waiting: string[] | null;
}

export class MessageDetailDocument extends MessageDocument {
  @ApiProperty({ type: String, nullable: true, description: 'base64; withheld without showPhi' }) raw: string | null;
  @ApiProperty({ type: String }) charset: string;
  @ApiProperty({ type: 'integer' }) sizeBytes: number;
  @ApiProperty({ type: 'integer', nullable: true }) incarnation: number | null;
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'stamp of the log or journal: the answer left within milliseconds after it; null = none was sent',
  })
  acknowledgedAt: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'the message that took effect in its place' })
  duplicateOf: string | null;
  @ApiProperty({ type: [SameIdDocument], description: 'others of its sender, incarnation and id' })
  sameId: SameIdDocument[];
  @ApiProperty({ type: WaitsForDocument, nullable: true }) waitsFor: WaitsForDocument | null;
  @ApiProperty({
    type: String,
    description: 'base64, made again from what is kept; empty where the protocol has no answer of its own',
  })
  acknowledgementRaw: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) sentAt: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) occurredAt: string | null;
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true }) mapping: unknown;
  @ApiProperty({ type: 'array', items: { type: 'object', additionalProperties: true } }) changes: unknown[];
  @ApiProperty({ type: [String] }) withheld: string[];
}
