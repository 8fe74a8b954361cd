import { ApiProperty } from '@nestjs/swagger';

export class ParkedDocument {
  @ApiProperty({ type: String }) messageId: string;
  @ApiProperty({ type: String }) establishment: string;
  @ApiProperty({ type: String }) position: string;
  @ApiProperty({ type: String, format: 'date-time' }) recordedAt: string;
  @ApiProperty({ type: String }) sender: string;
  @ApiProperty({ type: String, description: 'its type: ADT^A01, PATCH Observation' }) label: string;
  @ApiProperty({ type: [String], description: 'what it names; without showPhi the types alone' }) records: string[];
  @ApiProperty({ type: 'integer' }) waitingCount: number;
  @ApiProperty({ type: [String], description: 'types of who waits: Patient (2)' }) waitingTypes: string[];
  @ApiProperty({ type: [String], nullable: true, description: 'withheld without showPhi' }) waiting: string[] | null;
  @ApiProperty({ type: String }) reason: string;
}

class GivenUpDocument {
  @ApiProperty({ type: String }) messageId: string;
  @ApiProperty({ type: String, description: 'the operator' }) by: string;
  @ApiProperty({ type: String, format: 'date-time' }) at: string;
  @ApiProperty({ type: String, description: 'the drain that says so, for message show' }) drainId: string;
}

export class ParkedPageDocument {
  @ApiProperty({ type: [ParkedDocument] }) items: ParkedDocument[];
  @ApiProperty({ type: [GivenUpDocument], description: 'the newest 50 drains; they have no effect, ever' })
  givenUp: GivenUpDocument[];
}

export class DrainedDocument {
  @ApiProperty({ type: String, description: 'for GET parked/drains/ID' }) drainId: string;
  @ApiProperty({ type: [String], description: 'where the drains stand in the log' }) positions: string[];
  @ApiProperty({ type: String, description: 'the operator' }) by: string;
}

export class DrainOutcomeDocument {
  @ApiProperty({ type: String }) drainId: string;
  @ApiProperty({ type: String, description: 'the operator' }) by: string;
  @ApiProperty({ type: Boolean, description: 'every replica that answers has come to it' }) isApplied: boolean;
  @ApiProperty({ type: [String], description: 'replicas that have not come to it yet' }) pending: string[];
  @ApiProperty({ type: [String], description: 'replicas that do not answer' }) away: string[];
  @ApiProperty({ type: [String], description: 'messages that took effect' }) released: string[];
  @ApiProperty({ type: [String], description: 'messages that never will' }) givenUp: string[];
  @ApiProperty({ type: [ParkedDocument], description: 'what was tried and still waits' }) waiting: ParkedDocument[];
}
