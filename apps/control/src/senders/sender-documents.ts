import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

const anything = { type: 'object', additionalProperties: true } as const;
const moment = { type: String, format: 'date-time', nullable: true } as const;

class GapDocument {
  @ApiProperty({ type: 'integer' }) from: number;
  @ApiProperty({ type: 'integer' }) to: number;
  @ApiProperty({ type: 'integer' }) count: number;
  @ApiProperty({ type: String, format: 'date-time' }) since: string;
  @ApiProperty({ type: String, description: 'MSH-3, and what stands before the digits of MSH-10' }) counter: string;
}

class RestartDocument {
  @ApiProperty({ type: 'integer' }) highest: number;
  @ApiProperty({ type: 'integer' }) begins: number;
  @ApiProperty({ type: String, format: 'date-time' }) at: string;
}

class NumberingDocument {
  @ApiProperty({ enum: ['numbered', 'irregular', 'not-numbered', 'unknown'] }) state: string;
  @ApiProperty({ enum: ['MSH-13', 'MSH-10'], nullable: true }) by: string | null;
  @ApiProperty({ type: 'integer', description: 'messages looked at' }) examined: number;
  @ApiProperty({ type: 'integer', nullable: true }) highest: number | null;
  @ApiProperty({ type: 'integer', nullable: true, description: 'null where that cannot be said' }) missing:
    | number
    | null;
  @ApiProperty({ type: [GapDocument], description: 'the newest twenty' }) gaps: GapDocument[];
  @ApiProperty({ type: [RestartDocument] }) restarts: RestartDocument[];
}

export class AlarmCodeDocument {
  @ApiProperty({
    enum: ['message-id-reused', 'filler-number-reused'],
    description: 'a message id that was used for other bytes; an order number that was used for another order',
  })
  code: string;
  @ApiProperty({ type: 'integer' }) count: number;
  @ApiProperty({ type: String, format: 'date-time' }) since: string;
}

class AlarmDocument {
  @ApiProperty({ type: 'integer', description: 'messages that used an id or an order number a second time' })
  count: number;
  @ApiProperty({ type: [AlarmCodeDocument], description: 'of each kind' }) codes: AlarmCodeDocument[];
  @ApiProperty(moment) since: string | null;
  @ApiProperty(moment) last: string | null;
  @ApiProperty({ type: [String], description: 'message ids, the newest ten' }) messages: string[];
}

class EvidenceDocument {
  @ApiProperty({ enum: ['numbering-restarted', 'ids-reused'] }) code: string;
  @ApiPropertyOptional({ type: 'integer' }) highest?: number;
  @ApiPropertyOptional({ type: 'integer' }) begins?: number;
  @ApiPropertyOptional({ type: 'integer' }) messages?: number;
  @ApiProperty({ type: String, format: 'date-time' }) since: string;
}

class ProposalDocument {
  @ApiProperty({ type: 'integer' }) number: number;
  @ApiProperty({ type: [EvidenceDocument] }) evidence: EvidenceDocument[];
}

class IncarnationDocument extends ProposalDocument {
  @ApiProperty({ type: String, format: 'date-time' }) at: string;
  @ApiProperty({ type: String }) by: string;
  @ApiProperty({ type: String }) reason: string;
}

class AuthorityDocument {
  @ApiProperty({ type: String }) namespace: string;
  @ApiProperty({ type: String }) oid: string;
  @ApiProperty({ type: 'integer', description: 'messages that name both together' }) messages: number;
}

export class SenderDocument {
  @ApiProperty({ type: String }) name: string;
  @ApiProperty({ type: String }) establishment: string;
  @ApiProperty({ type: String, format: 'date-time' }) declaredAt: string;
  @ApiProperty({ type: 'integer' }) incarnation: number;
  @ApiProperty({ type: [IncarnationDocument] }) incarnations: IncarnationDocument[];
  @ApiProperty(moment) lastReceivedAt: string | null;
  @ApiProperty({ type: NumberingDocument }) numbering: NumberingDocument;
  @ApiProperty({ type: AlarmDocument, nullable: true }) alarms: AlarmDocument | null;
  @ApiProperty({ type: [AuthorityDocument], description: 'what the profile could declare: hl7.authorities' })
  authorities: AuthorityDocument[];
  @ApiProperty({ type: ProposalDocument, nullable: true }) proposal: ProposalDocument | null;
  @ApiProperty({ ...anything, description: 'as its file declares it: deploy/senders/sender.schema.json' })
  profile: unknown;
}

export class SendersDocument {
  @ApiProperty({ type: [SenderDocument] }) items: SenderDocument[];
}

export class DeclarationDocument {
  @ApiProperty({ type: String, description: 'the profile, YAML' }) yaml: string;
  @ApiPropertyOptional({ type: String, description: 'what faults call it' }) file?: string;
}

export class OpeningDocument {
  @ApiPropertyOptional({ type: String, description: 'needed where no evidence proposes it' }) reason?: string;
}
