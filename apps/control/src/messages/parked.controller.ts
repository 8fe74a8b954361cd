import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Failure, type Finess, Instant, Position, RecordKey } from '#domain';
import { type Caller, Callers, TheCaller } from '#platform';
import {
  DirectoryDecisions,
  type Drained,
  type DrainOutcome,
  DrainParked,
  establishmentNamed,
  type GivenUp,
  MessageId,
  type ParkedReport,
} from '#usecases';
import type { FastifyRequest } from 'fastify';
import { Clock } from '../clock.js';
import { NewId } from '../new-id.js';
import { noteShown } from '../note-shown.js';
import { flag, one, type Query as Asked } from '../query.js';
import { DrainedDocument, DrainOutcomeDocument, ParkedDocument, ParkedPageDocument } from './parked-documents.js';
import { withoutIds } from './without-ids.js';

interface ParkedItem {
  readonly messageId: string;
  readonly establishment: string;
  readonly position: string;
  readonly recordedAt: string;
  readonly sender: string;
  readonly label: string;
  /** What it names; without showPhi the types alone. */
  readonly records: readonly string[];
  /** How many patients (or records) wait with it. */
  readonly waitingCount: number;
  /** Their types: `Patient (2)`. */
  readonly waitingTypes: readonly string[];
  /** Who waits; only with showPhi. */
  readonly waiting: readonly string[] | null;
  readonly reason: string;
}

/** `Observation`, or `Observation (3)`. */
const typesOf = (records: readonly RecordKey[]): readonly string[] => {
  const types = records.map((record) => RecordKey.type(record));
  return [...new Set(types)].map((type) => {
    const count = types.filter((one) => one === type).length;
    return count > 1 ? `${type} (${count})` : type;
  });
};

const itemOf = (establishment: Finess, report: ParkedReport, showPhi: boolean): ParkedItem => ({
  messageId: MessageId.text({ establishment, kept: 'log', position: report.position }),
  establishment,
  position: String(report.position),
  recordedAt: Instant.iso(report.recordedAt),
  sender: report.sender,
  label: report.label,
  records: showPhi ? report.records : typesOf(report.records),
  waitingCount: report.waiting.length,
  waitingTypes: typesOf(report.waiting),
  waiting: showPhi ? report.waiting : null,
  reason: showPhi ? report.reason : withoutIds(report.reason),
});

const whereWaiting = '`reprise parked list` shows them';

type ShownOutcome = Omit<DrainOutcome, 'waiting'> & { readonly waiting: readonly ParkedItem[] };

@ApiTags('parked')
@Controller('api/parked')
@Callers('operator')
export class ParkedController {
  constructor(
    @Inject(DrainParked) private readonly parked: DrainParked,
    @Inject(DirectoryDecisions) private readonly decisions: DirectoryDecisions,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(NewId) private readonly ids: NewId,
  ) {}

  @Get()
  @ApiOperation({ summary: 'parked list: events that wait behind a fault, and what was given up, by whom' })
  @ApiQuery({ name: 'establishment', required: false })
  @ApiQuery({ name: 'showPhi', required: false, type: Boolean })
  @ApiOkResponse({ type: ParkedPageDocument })
  async list(
    @Query() query: Asked,
    @Req() request: FastifyRequest,
  ): Promise<{ readonly items: readonly ParkedItem[]; readonly givenUp: readonly GivenUp[] }> {
    const { directory } = this.decisions;
    const raw = one(query, 'establishment');
    const establishment = raw === undefined ? undefined : establishmentNamed(directory, raw);
    const showPhi = flag(query, 'showPhi');
    noteShown(request, { interaction: 'parked list', ...(establishment !== undefined && { establishment }) }, showPhi);
    const items: ParkedItem[] = [];
    const givenUp: GivenUp[] = [];
    for (const finess of establishment === undefined ? directory.establishments.keys() : [establishment]) {
      for (const report of await this.parked.list(finess)) items.push(itemOf(finess, report, showPhi));
      givenUp.push(...(await this.parked.givenUp(finess)));
    }
    return { items, givenUp };
  }

  @Get(':id')
  @ApiOperation({ summary: 'parked show' })
  @ApiQuery({ name: 'showPhi', required: false, type: Boolean })
  @ApiOkResponse({ type: ParkedDocument })
  async show(@Param('id') id: string, @Query() query: Asked, @Req() request: FastifyRequest): Promise<ParkedItem> {
    const { establishment } = MessageId.parse(id, whereWaiting);
    const showPhi = flag(query, 'showPhi');
    noteShown(request, { interaction: 'parked show', record: id, establishment }, showPhi);
    return itemOf(establishment, await this.parked.show(id), showPhi);
  }

  @Post(':id/drain')
  @HttpCode(200)
  @ApiOperation({
    summary: 'parked drain: what waits is tried again, in order; { "skip": ["815"] } gives events up for good',
  })
  @ApiOkResponse({ type: DrainedDocument })
  drain(@Param('id') id: string, @Body() body: unknown, @TheCaller() caller: Caller): Promise<Drained> {
    MessageId.parse(id, whereWaiting);
    return this.parked.drain(id, {
      by: caller.name,
      at: this.clock.now(),
      newId: () => `drain-${this.ids.next()}`,
      skip: skipOf(body),
    });
  }

  @Get('drains/:id')
  @ApiOperation({ summary: 'what came of a drain, by its drainId: ask until isApplied' })
  @ApiOkResponse({ type: DrainOutcomeDocument })
  async outcome(@Param('id') id: string): Promise<ShownOutcome> {
    const { establishment } = MessageId.parse(id, '`reprise messages --type DRAIN` shows them');
    const outcome = await this.parked.outcome(id);
    return { ...outcome, waiting: outcome.waiting.map((report) => itemOf(establishment, report, false)) };
  }
}

const skipOf = (body: unknown): readonly Position[] => {
  if (body === undefined || body === null) return [];
  const { skip = [] } = body as { readonly skip?: unknown };
  if (!Array.isArray(skip) || !skip.every((position) => typeof position === 'string'))
    throw new Failure('input.invalid', 'skip must be a list of positions', 'for example { "skip": ["815"] }');
  return skip.map((position: string) => Position.parse(position));
};
