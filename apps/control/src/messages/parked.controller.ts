import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Failure, type Finess, Instant, Position } from '#domain';
import { type Caller, Callers, TheCaller } from '#platform';
import {
  DirectoryDecisions,
  type Drained,
  DrainParked,
  establishmentNamed,
  MessageId,
  type ParkedReport,
} from '#usecases';
import { Clock } from '../clock.js';
import { NewId } from '../new-id.js';
import { PhiAudit } from '../phi-audit.js';
import { flag, one, type Query as Asked } from '../query.js';
import { withoutIds } from './without-ids.js';

interface ParkedItem {
  readonly messageId: string;
  readonly establishment: string;
  readonly position: string;
  readonly recordedAt: string;
  /** How many patients (or records) wait with it. */
  readonly waitingCount: number;
  /** Who waits; only with showPhi. */
  readonly waiting: readonly string[] | null;
  readonly reason: string;
}

const itemOf = (establishment: Finess, report: ParkedReport, showPhi: boolean): ParkedItem => ({
  messageId: MessageId.text({ establishment, kept: 'log', position: report.position }),
  establishment,
  position: String(report.position),
  recordedAt: Instant.iso(report.recordedAt),
  waitingCount: report.waiting.length,
  waiting: showPhi ? report.waiting : null,
  reason: showPhi ? report.reason : withoutIds(report.reason),
});

@ApiTags('parked')
@Controller('api/parked')
@Callers('operator')
export class ParkedController {
  constructor(
    @Inject(DrainParked) private readonly parked: DrainParked,
    @Inject(DirectoryDecisions) private readonly decisions: DirectoryDecisions,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(NewId) private readonly ids: NewId,
    @Inject(PhiAudit) private readonly phi: PhiAudit,
  ) {}

  @Get()
  @ApiOperation({ summary: 'parked list: events that wait behind a fault' })
  @ApiQuery({ name: 'establishment', required: false })
  @ApiQuery({ name: 'showPhi', required: false, type: Boolean })
  async list(@Query() query: Asked, @TheCaller() caller: Caller): Promise<{ readonly items: readonly ParkedItem[] }> {
    const { directory } = this.decisions;
    const raw = one(query, 'establishment');
    const showPhi = flag(query, 'showPhi');
    const items: ParkedItem[] = [];
    for (const finess of raw === undefined ? directory.establishments.keys() : [establishmentNamed(directory, raw)]) {
      if (showPhi) this.phi.shown(caller, { route: 'parked list', establishment: finess });
      for (const report of await this.parked.list(finess)) items.push(itemOf(finess, report, showPhi));
    }
    return { items };
  }

  @Get(':id')
  @ApiOperation({ summary: 'parked show' })
  @ApiQuery({ name: 'showPhi', required: false, type: Boolean })
  async show(@Param('id') id: string, @Query() query: Asked, @TheCaller() caller: Caller): Promise<ParkedItem> {
    const { establishment, position } = MessageId.parse(id);
    const showPhi = flag(query, 'showPhi');
    if (showPhi) this.phi.shown(caller, { route: 'parked show', establishment, position });
    return itemOf(establishment, await this.parked.show(id), showPhi);
  }

  @Post(':id/drain')
  @HttpCode(200)
  @ApiOperation({
    summary: 'parked drain: what waits is tried again, in order; { "skip": ["815"] } gives events up for good',
  })
  drain(@Param('id') id: string, @Body() body: unknown, @TheCaller() caller: Caller): Promise<Drained> {
    return this.parked.drain(id, {
      by: caller.name,
      at: this.clock.now(),
      newId: () => `drain-${this.ids.next()}`,
      skip: skipOf(body),
    });
  }
}

const skipOf = (body: unknown): readonly Position[] => {
  if (body === undefined || body === null) return [];
  const { skip = [] } = body as { readonly skip?: unknown };
  if (!Array.isArray(skip) || !skip.every((position) => typeof position === 'string'))
    throw new Failure('input.invalid', 'skip must be a list of positions', 'for example { "skip": ["815"] }');
  return skip.map((position: string) => Position.parse(position));
};
