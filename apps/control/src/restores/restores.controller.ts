import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Failure } from '#domain';
import { type Caller, Callers, TheCaller } from '#platform';
import type { FastifyRequest } from 'fastify';
import type { PlanWarning, RestoreComparison, RestorePlan, RestoreReport } from '#usecases';
import { noteShown } from '../note-shown.js';
import { flag, oneOf, type Query as Asked } from '../query.js';
import { readPlanRequest, readRun } from './read-plan.js';
import { RestoreDesk, steps } from './restore-desk.js';
import {
  ComparisonDocument,
  PlanDocument,
  PlanRequestDocument,
  RestoreDocument,
  RunRequestDocument,
} from './restore-documents.js';

@ApiTags('restores')
@Controller('api/restores')
@Callers('operator')
export class RestoresController {
  constructor(@Inject(RestoreDesk) private readonly desk: RestoreDesk) {}

  @Post('plan')
  @HttpCode(200)
  @ApiOperation({ summary: 'restore plan: changes nothing' })
  @ApiBody({ type: PlanRequestDocument })
  @ApiOkResponse({ type: PlanDocument })
  plan(@Body() body: unknown): Promise<RestorePlan & { readonly warnings: readonly PlanWarning[] }> {
    return this.desk.plan(readPlanRequest(body));
  }

  @Post()
  @HttpCode(201)
  @ApiOperation({ summary: 'restore run: builds beside the live data' })
  @ApiBody({ type: RunRequestDocument })
  @ApiOkResponse({ type: RestoreDocument })
  run(@Body() body: unknown, @TheCaller() caller: Caller): Promise<RestoreReport> {
    return this.desk.run(readRun(body), caller.name);
  }

  @Get()
  @ApiOperation({ summary: 'restore list: newest first' })
  @ApiOkResponse({ type: [RestoreDocument] })
  async list(): Promise<{ readonly items: readonly RestoreReport[] }> {
    return { items: await this.desk.list() };
  }

  @Get(':id')
  @ApiOperation({ summary: 'restore watch: ask again every second' })
  @ApiOkResponse({ type: RestoreDocument })
  show(@Param('id') id: string): Promise<RestoreReport> {
    return this.desk.report(id);
  }

  @Get(':id/may/:step')
  @ApiOperation({ summary: 'could this caller take the step now? Refused as the step would be; changes nothing' })
  @ApiParam({ name: 'step', enum: [...steps] })
  @ApiQuery({ name: 'proof', required: false, enum: ['now', 'later'], description: 'later: what is built is not read' })
  @ApiOkResponse({ type: RestoreDocument })
  check(
    @Param('id') id: string,
    @Param('step') asked: string,
    @Query() query: Asked,
    @TheCaller() caller: Caller,
  ): Promise<RestoreReport> {
    const step = oneOf({ step: asked }, 'step', steps);
    if (step === undefined) throw new Failure('input.invalid', 'no step is said', `one of ${steps.join(', ')}`);
    return this.desk.check(step, id, caller.name, oneOf(query, 'proof', ['now', 'later']) ?? 'now');
  }

  @Post(':id/resume')
  @HttpCode(200)
  @ApiOperation({ summary: 'restore resume: goes on where a build stopped' })
  @ApiOkResponse({ type: RestoreDocument })
  resume(@Param('id') id: string, @TheCaller() caller: Caller): Promise<RestoreReport> {
    return this.desk.resume(id, caller.name);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @ApiOperation({ summary: 'restore cancel: the build is dropped, the live data stays' })
  @ApiOkResponse({ type: RestoreDocument })
  cancel(@Param('id') id: string, @TheCaller() caller: Caller): Promise<RestoreReport> {
    return this.desk.take('cancel', id, caller.name);
  }

  @Post(':id/approve')
  @HttpCode(200)
  @ApiOperation({ summary: 'another operator than the one who ran it' })
  @ApiOkResponse({ type: RestoreDocument })
  approve(@Param('id') id: string, @TheCaller() caller: Caller): Promise<RestoreReport> {
    return this.desk.take('approve', id, caller.name);
  }

  @Post(':id/promote')
  @HttpCode(200)
  @ApiOperation({ summary: 'another operator than the one who approved it' })
  @ApiOkResponse({ type: RestoreDocument })
  promote(@Param('id') id: string, @TheCaller() caller: Caller): Promise<RestoreReport> {
    return this.desk.take('promote', id, caller.name);
  }

  @Post(':id/rollback')
  @HttpCode(200)
  @ApiOperation({ summary: 'restore rollback: the timeline before is live again' })
  @ApiOkResponse({ type: RestoreDocument })
  rollBack(@Param('id') id: string, @TheCaller() caller: Caller): Promise<RestoreReport> {
    return this.desk.take('rollback', id, caller.name);
  }

  @Get(':id/compare')
  @ApiOperation({ summary: 'against the live generation' })
  @ApiQuery({ name: 'patients', required: false, type: Boolean })
  @ApiQuery({ name: 'fields', required: false, type: Boolean })
  @ApiQuery({ name: 'showPhi', required: false, type: Boolean })
  @ApiOkResponse({ type: ComparisonDocument })
  compare(
    @Param('id') id: string,
    @Query() query: Readonly<Record<string, string>>,
    @Req() request: FastifyRequest,
  ): Promise<RestoreComparison> {
    const showPhi = flag(query, 'showPhi');
    const patients = flag(query, 'patients') && showPhi;
    noteShown(request, { interaction: 'restore compare', record: id }, patients);
    return this.desk.compare(id, { patients, fields: flag(query, 'fields') });
  }
}
