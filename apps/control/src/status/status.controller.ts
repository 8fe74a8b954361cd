import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { clocks, Failure, type Establishment, type Membership } from '#domain';
import { Callers } from '#platform';
import {
  DirectoryDecisions,
  establishmentNamed,
  type Condition,
  type EstablishmentReport,
  LookForProblems,
  type Problem,
  readMoment,
  ReportStatus,
  ResolveCut,
  worstOf,
} from '#usecases';
import { Clock } from '../clock.js';
import { one, type Query as Asked } from '../query.js';
import { RestoreDesk } from '../restores/restore-desk.js';
import { Doctor, type Diagnosis } from './doctor.js';
import { DiagnosisDocument, MeaningDocument, StatusDocument, TerritoryDocument } from './status-documents.js';
import { meaningOf, type Meaning } from './meaning.js';

@ApiTags('status')
@Controller('api')
@Callers('operator')
export class StatusController {
  constructor(
    @Inject(ReportStatus) private readonly status: ReportStatus,
    @Inject(LookForProblems) private readonly problems: LookForProblems,
    @Inject(ResolveCut) private readonly cuts: ResolveCut,
    @Inject(DirectoryDecisions) private readonly decisions: DirectoryDecisions,
    @Inject(RestoreDesk) private readonly desk: RestoreDesk,
    @Inject(Doctor) private readonly doctor: Doctor,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  @Get('status')
  @ApiOperation({ summary: 'status: how level each establishment is, and what is wrong' })
  @ApiOkResponse({ type: StatusDocument })
  async all(): Promise<{
    readonly at: string;
    readonly state: Condition;
    readonly problems: readonly Problem[];
    readonly items: readonly EstablishmentReport[];
  }> {
    const now = this.clock.now();
    const { directory } = this.decisions;
    const [items, problems] = await Promise.all([
      this.status.report(directory, now, () => this.desk.rate()),
      this.problems.look(directory, now),
    ]);
    return { at: new Date(now).toISOString(), state: worstOf(problems.map(({ state }) => state)), problems, items };
  }

  @Get('at')
  @ApiOperation({ summary: 'what T means on each clock: the cut, last event in, first out' })
  @ApiQuery({ name: 'establishment' })
  @ApiQuery({ name: 't', description: 'RFC 3339 with zone, or "15m ago"' })
  @ApiOkResponse({ type: MeaningDocument })
  async at(@Query() query: Asked): Promise<Meaning> {
    const { directory } = this.decisions;
    const [raw, t] = [one(query, 'establishment'), one(query, 't')];
    if (raw === undefined || t === undefined)
      throw new Failure('input.invalid', 'say t and establishment', '`reprise at T --establishment F`');
    const finess = establishmentNamed(directory, raw);
    const timeZone = directory.establishments.get(finess)?.timeZone ?? 'Europe/Paris';
    const instant = readMoment(t, { now: this.clock.now(), timeZone });
    const resolved = await this.cuts.onAllClocks(finess, instant);
    return meaningOf(finess, instant, resolved, clocks);
  }

  @Get('territory')
  @ApiOperation({ summary: 'who is declared' })
  @ApiOkResponse({ type: TerritoryDocument })
  territory(): {
    readonly territories: readonly { readonly code: string; readonly name: string }[];
    readonly establishments: readonly Establishment[];
    readonly senders: readonly { readonly name: string; readonly finess: string }[];
    readonly memberships: readonly Membership[];
  } {
    const { territories, establishments, senders, memberships } = this.decisions.directory;
    return {
      territories: [...territories].map(([code, name]) => ({ code, name })),
      establishments: [...establishments.values()],
      senders: [...senders.values()].map(({ name, finess }) => ({ name, finess })),
      memberships,
    };
  }

  @Get('doctor')
  @ApiOperation({ summary: 'doctor: what is there, what is wrong, what to do' })
  @ApiOkResponse({ type: DiagnosisDocument })
  diagnose(): Promise<Diagnosis> {
    return this.doctor.diagnose();
  }
}
