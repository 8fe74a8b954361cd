import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Failure, type Finess, Instant } from '#domain';
import { type Caller, Callers, TheCaller } from '#platform';
import {
  DirectoryDecisions,
  establishmentNamed,
  ListMessages,
  MessageId,
  type MessageDetail,
  type MessagePage,
  messageStates,
  readMoment,
  ShowMessage,
  type WaitsFor,
} from '#usecases';
import { Clock } from '../clock.js';
import { PhiAudit } from '../phi-audit.js';
import { count, flag, one, oneOf, type Query as Asked } from '../query.js';
import { withoutIds } from './without-ids.js';
import { MessageDetailDocument, MessagePageDocument } from './message-documents.js';

const limitMax = 1000;

type ShownMessage = Omit<MessageDetail, 'raw' | 'waitsFor'> & {
  readonly raw: string | null;
  readonly waitsFor: (Omit<WaitsFor, 'waiting'> & { readonly waiting: readonly string[] | null }) | null;
  readonly withheld: readonly string[];
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
    @Inject(ShowMessage) private readonly message: ShowMessage,
    @Inject(DirectoryDecisions) private readonly decisions: DirectoryDecisions,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(PhiAudit) private readonly phi: PhiAudit,
  ) {}

  @Get()
  @ApiOperation({ summary: 'what became of messages, newest first; a sender sees its own' })
  @ApiQuery({ name: 'establishment', required: false })
  @ApiQuery({ name: 'sender', required: false })
  @ApiQuery({ name: 'state', required: false, enum: [...messageStates] })
  @ApiQuery({ name: 'since', required: false, description: 'RFC 3339 with zone, or "15m ago"' })
  @ApiQuery({ name: 'id', required: false, description: 'MSH-10, or what the sender gave in its place' })
  @ApiQuery({ name: 'warning', required: false, description: 'code of a warning, or of a reason to refuse' })
  @ApiQuery({ name: 'limit', required: false, description: '1 to 1000, 50 unless said' })
  @ApiQuery({ name: 'cursor', required: false, description: '`next` of the page before' })
  @ApiOkResponse({ type: MessagePageDocument })
  list(@Query() query: Asked, @TheCaller() caller: Caller): Promise<MessagePage> {
    const { establishments, sender } = this.scope(query, caller);
    const [state, controlId, cursor] = [oneOf(query, 'state', messageStates), one(query, 'id'), one(query, 'cursor')];
    const [since, warning] = [this.since(query, establishments[0]), one(query, 'warning')];
    return this.messages.list({
      establishments,
      limit: count(query, 'limit', 50, limitMax),
      ...(sender !== undefined && { sender }),
      ...(state !== undefined && { state }),
      ...(controlId !== undefined && { controlId }),
      ...(warning !== undefined && { warning }),
      ...(cursor !== undefined && { cursor }),
      ...(since !== undefined && { since }),
    });
  }

  @Get(':id')
  @ApiOperation({ summary: 'message show; the bytes only with showPhi, which is audited, or to its own sender' })
  @ApiQuery({ name: 'showPhi', required: false, type: Boolean })
  @ApiOkResponse({ type: MessageDetailDocument })
  async show(@Param('id') id: string, @Query() query: Asked, @TheCaller() caller: Caller): Promise<ShownMessage> {
    const { establishment, position } = MessageId.parse(id);
    const detail = await this.message.show(id);
    if (caller.kind === 'sender') {
      if (establishment !== caller.finess || detail.sender !== caller.name)
        throw new Failure('not-found', `no message ${id}`, 'a sender sees its own messages');
      return { ...detail, withheld: [] };
    }
    if (!flag(query, 'showPhi')) return withheld(detail);
    this.phi.shown(caller, { route: 'message show', establishment, position });
    return { ...detail, withheld: [] };
  }

  /** A sender sees its own, whatever it asks for. */
  private scope(query: Asked, caller: Caller): { establishments: readonly Finess[]; sender?: string } {
    if (caller.kind === 'sender') return { establishments: [caller.finess], sender: caller.name };
    const { directory } = this.decisions;
    const [raw, sender] = [one(query, 'establishment'), one(query, 'sender')];
    const named = raw === undefined ? undefined : establishmentNamed(directory, raw);
    if (sender === undefined)
      return { establishments: named === undefined ? [...directory.establishments.keys()] : [named] };
    const finess = directory.senders.get(sender)?.finess;
    if (finess === undefined)
      throw new Failure(
        'not-found',
        `no sender "${sender.slice(0, 40)}" is declared`,
        `declared are: ${[...directory.senders.keys()].join(', ')}`,
      );
    return { establishments: [named ?? finess], sender };
  }

  private since(query: Asked, establishment: Finess | undefined): Instant | undefined {
    const raw = one(query, 'since');
    if (raw === undefined) return undefined;
    const known = establishment && this.decisions.directory.establishments.get(establishment);
    return readMoment(raw, { now: this.clock.now(), timeZone: known?.timeZone ?? 'Europe/Paris' });
  }
}
