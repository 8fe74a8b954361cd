import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Failure } from '#domain';
import { type Caller, Callers, ProcessLog, TheCaller } from '#platform';
import {
  checkProfiles,
  declareSenders,
  type Directory,
  DirectoryDecisions,
  type DirectoryEvent,
  faultLine,
  openIncarnation,
  ReportSenders,
  type SenderReport,
} from '#usecases';
import { Clock } from '../clock.js';
import { one, type Query as Asked } from '../query.js';
import { DeclarationDocument, OpeningDocument, SenderDocument, SendersDocument } from './sender-documents.js';

/** @limit Control | characters of the reason of an incarnation | 400 */
const reasonLengthMax = 500;

/** The members of a body that may be left out, each a text. */
const textsOf = (body: unknown, ...members: readonly string[]): readonly string[] => {
  const given = (typeof body === 'object' && body !== null ? body : {}) as Readonly<Record<string, unknown>>;
  return members.map((member) => {
    const text = given[member] ?? '';
    if (typeof text === 'string') return text;
    throw new Failure('input.invalid', `${member} must be a text`, 'see /api/openapi.json');
  });
};

@ApiTags('senders')
@Controller('api/senders')
@Callers('operator')
export class SendersController {
  constructor(
    @Inject(ReportSenders) private readonly senders: ReportSenders,
    @Inject(DirectoryDecisions) private readonly decisions: DirectoryDecisions,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(ProcessLog) private readonly log: ProcessLog,
  ) {}

  @Get()
  @ApiOperation({ summary: 'sender list' })
  @ApiOkResponse({ type: SendersDocument })
  async list(): Promise<{ readonly items: readonly SenderReport[] }> {
    return { items: await this.senders.list(this.decisions.directory, this.clock.now()) };
  }

  @Get(':name')
  @ApiOperation({ summary: 'sender show: profile, numbering, alarms, incarnations and the one that is proposed' })
  @ApiOkResponse({ type: SenderDocument })
  show(@Param('name') name: string): Promise<SenderReport> {
    return this.senders.show(this.decisions.directory, name, this.clock.now());
  }

  @Post()
  @HttpCode(200)
  @ApiOperation({ summary: 'sender declare: takes effect at once; the next start declares what the folder says' })
  @ApiBody({ type: DeclarationDocument })
  @ApiOkResponse({ type: SenderDocument })
  async declare(
    @Body() body: unknown,
    @Headers('accept-language') language: string | undefined,
    @TheCaller() caller: Caller,
  ): Promise<SenderReport> {
    const [yaml = '', file = ''] = textsOf(body, 'yaml', 'file');
    const files = [{ file: file.slice(0, 200) || 'yaml', bytes: Buffer.from(yaml) }];
    const { profiles, faults } = checkProfiles(files, this.decisions.directory.establishments);
    const [profile] = profiles;
    if (faults.length > 0 || !profile) {
      const lines = faults.map((fault) => faultLine(fault, language?.startsWith('fr') ? 'fr' : 'en'));
      throw new Failure('input.invalid', lines.join('; '), '`reprise sender check FILE` shows all of it');
    }
    const by = caller.name;
    await this.decisions.decide(async (directory) => declareSenders(directory, profiles, { by, at: this.clock.now() }));
    this.log.info('sender.declared', { sender: profile.name, caller: by });
    return this.show(profile.name);
  }

  @Post(':name/incarnation')
  @HttpCode(200)
  @ApiOperation({ summary: 'sender incarnation open: what it sends from now on never mixes with what it sent before' })
  @ApiBody({ type: OpeningDocument })
  @ApiOkResponse({ type: SenderDocument })
  async open(@Param('name') name: string, @Body() body: unknown, @TheCaller() caller: Caller): Promise<SenderReport> {
    const [reason = ''] = textsOf(body, 'reason');
    await this.decisions.decide(async (directory) => [await this.opening(directory, name, { caller, reason })]);
    this.log.info('incarnation.opened', { sender: name, caller: caller.name });
    return this.show(name);
  }

  @Get(':name/may/open')
  @ApiOperation({ summary: 'could an incarnation be opened now? Refused as opening would be; changes nothing' })
  @ApiQuery({ name: 'reason', required: false })
  @ApiOkResponse({ type: SenderDocument })
  async mayOpen(
    @Param('name') name: string,
    @Query() query: Asked,
    @TheCaller() caller: Caller,
  ): Promise<SenderReport> {
    await this.opening(this.decisions.directory, name, { caller, reason: one(query, 'reason') ?? '' });
    return this.show(name);
  }

  private async opening(
    directory: Directory,
    name: string,
    { caller, reason }: { readonly caller: Caller; readonly reason: string },
  ): Promise<DirectoryEvent> {
    const at = this.clock.now();
    const { proposal } = await this.senders.show(directory, name, at);
    const evidence = proposal?.evidence ?? [];
    const why = reason.trim().slice(0, reasonLengthMax);
    return openIncarnation(directory, name, { by: caller.name, at, reason: why, evidence });
  }
}
