import { applyDecorators, Controller, Get, Inject, Param, Query, Req } from '@nestjs/common';
import { ApiBadRequestResponse, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Failure, Finess, Instant } from '#domain';
import { type Caller, Callers, TheCaller } from '#platform';
import {
  type CloserLook,
  DirectoryDecisions,
  listOfType,
  ListMessages,
  MessageId,
  type MessageDetail,
  type MessagePage,
  messageStates,
  type MessageSummary,
  ShowMessage,
  SummarizeMessages,
  summarySpanMs,
  type WaitsFor,
} from '#usecases';
import type { FastifyRequest } from 'fastify';
import { Clock } from '../clock.js';
import { noteShown } from '../note-shown.js';
import { count, flag, one, type Query as Asked } from '../query.js';
import { withoutIds } from './without-ids.js';
import { MessageDetailDocument, MessagePageDocument, MessageSummaryDocument } from './message-documents.js';
import { readScope } from './read-scope.js';

/**
 * Messages, or rows of a summary, in one page. Beyond it, `next` is the cursor of the next page.
 * @limit Control | messages, or rows of a summary, on a page (`--limit`) | 400; the cursor gives the next page
 */
export const pageMax = 1000;
const pageOfMessages = 50;
const pageOfRows = 200;

const ofScope = [
  ['establishment', ''],
  ['sender', ''],
  ['since', 'RFC 3339 with zone, or "15m ago": recorded at or after it (of what was refused: received)'],
  ['until', 'RFC 3339 with zone, or "15m ago": recorded before it'],
  ['type', 'a label or its first word: ADT, ADT^A01, DELETE, PUT Patient, Bundle transaction'],
  ['record', 'Type/id: among the records that it touched'],
  ['id', 'MSH-10, or what the sender gave in its place'],
  ['warning', 'code of a warning, or of a reason to refuse'],
  ['cursor', '`next` of the page before'],
] as const;

/** What tells which messages are meant. */
const ApiScope = (limit: number): MethodDecorator =>
  applyDecorators(
    ...ofScope.map(([name, description]) => ApiQuery({ name, required: false, description })),
    ApiQuery({ name: 'state', required: false, enum: [...messageStates] }),
    ApiQuery({ name: 'limit', required: false, description: `1 to ${pageMax}, ${limit} unless said` }),
    ApiBadRequestResponse({
      description: 'a time, type, record, code or cursor that is none: what is wrong, and a hint',
    }),
  );

type ShownMessage = Omit<MessageDetail, 'raw' | 'waitsFor'> & {
  readonly raw: string | null;
  readonly waitsFor: (Omit<WaitsFor, 'waiting'> & { readonly waiting: readonly string[] | null }) | null;
  readonly withheld: readonly string[];
};

/** With the command that looks closer. */
type ShownSummary = Omit<MessageSummary, 'closer'> & {
  readonly closer: (CloserLook & { readonly command: string }) | null;
};

/** Without showPhi neither bytes nor who waits. */
const withheld = ({ waitsFor, ...detail }: MessageDetail): ShownMessage => ({
  ...detail,
  raw: null,
  waitsFor: waitsFor && { ...waitsFor, reason: withoutIds(waitsFor.reason), waiting: null },
  withheld: waitsFor ? ['raw', 'waitsFor.waiting'] : ['raw'],
});

@ApiTags('messages')
@Controller('api/messages')
@Callers('operator', 'sender')
export class MessagesController {
  constructor(
    @Inject(ListMessages) private readonly messages: ListMessages,
    @Inject(SummarizeMessages) private readonly summaries: SummarizeMessages,
    @Inject(ShowMessage) private readonly message: ShowMessage,
    @Inject(DirectoryDecisions) private readonly decisions: DirectoryDecisions,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOperation({ summary: 'what became of messages, newest first; a sender sees its own' })
  @ApiScope(pageOfMessages)
  @ApiOkResponse({ type: MessagePageDocument })
  list(@Query() query: Asked, @TheCaller() caller: Caller): Promise<MessagePage> {
    const cursor = one(query, 'cursor');
    return this.messages.list({
      ...readScope(this.decisions.directory, query, caller, this.clock.now()),
      limit: count(query, 'limit', pageOfMessages, pageMax),
      ...(cursor !== undefined && { cursor }),
    });
  }

  @Get('summary')
  @ApiOperation({
    summary: 'messages --summary: how many of which type came when, from whom; the last 24 hours unless since is said',
  })
  @ApiScope(pageOfRows)
  @ApiOkResponse({ type: MessageSummaryDocument })
  async summary(@Query() query: Asked, @TheCaller() caller: Caller): Promise<ShownSummary> {
    const now = this.clock.now();
    const cursor = one(query, 'cursor');
    const scope = readScope(this.decisions.directory, query, caller, now);
    // What is recorded within this very second counts.
    const until = scope.until ?? Instant.of(now + 1000);
    const summary = await this.summaries.summarize({
      ...scope,
      now,
      since: scope.since ?? Instant.of(until - summarySpanMs),
      until,
      limit: count(query, 'limit', pageOfRows, pageMax),
      ...(cursor !== undefined && { cursor }),
    });
    const { closer } = summary;
    if (!closer) return { ...summary, closer };
    const span = {
      ...closer,
      establishment: Finess.parse(closer.establishment),
      since: Instant.parse(closer.since),
      until: Instant.parse(closer.until),
    };
    return { ...summary, closer: { ...closer, command: listOfType(this.decisions.directory, span, now) } };
  }

  @Get(':id')
  @ApiOperation({ summary: 'message show; the bytes only with showPhi, which is audited, or to its own sender' })
  @ApiQuery({ name: 'showPhi', required: false, type: Boolean })
  @ApiOkResponse({ type: MessageDetailDocument })
  async show(
    @Param('id') id: string,
    @Query() query: Asked,
    @Req() request: FastifyRequest,
    @TheCaller() caller: Caller,
  ): Promise<ShownMessage> {
    const { establishment } = MessageId.parse(id);
    const isShown = caller.kind === 'sender' || flag(query, 'showPhi');
    noteShown(request, { interaction: 'message show', record: id, establishment }, isShown);
    const detail = await this.message.show(id);
    if (caller.kind === 'sender') {
      if (establishment !== caller.finess || detail.sender !== caller.name)
        throw new Failure('not-found', `no message ${id}`, 'a sender sees its own messages');
      return { ...detail, withheld: [] };
    }
    return isShown ? { ...detail, withheld: [] } : withheld(detail);
  }
}
