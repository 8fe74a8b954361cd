import { authorityLines } from '#usecases';
import { column, facts, list } from '../output/columns.js';
import type { Column } from '../output/view.js';
import { segment } from '../session/control-api.js';
import { exitCodes } from '../session/exit-codes.js';
import { type Json, listAt, numberAt, textAt, valueAt } from '../session/json.js';
import type { RunVerb, Session } from '../session/session.js';
import type { Say } from '../words/words.js';

const numbering: Column = column('numbering', 'word', (row) => valueAt(row, 'numbering.state'));
const missing: Column = column('missing', 'number', (row) => valueAt(row, 'numbering.missing'));
const alarms: Column = column('alarms', 'number', (row) => valueAt(row, 'alarms.count'));

const senders = list([
  column('name'),
  column('establishment'),
  column('incarnation', 'number'),
  column('lastReceivedAt', 'time'),
  numbering,
  missing,
  alarms,
]);

const evidenceText = (evidence: Json, say: Say): string => {
  const values = Object.fromEntries(
    ['highest', 'begins', 'messages', 'since'].map((member) => [member, textAt(evidence, member)]),
  );
  const code = textAt(evidence, 'code');
  return code === 'numbering-restarted' || code === 'ids-reused' ? say(`evidence.${code}`, values) : code;
};

const senderView = (say: Say) =>
  facts(
    [
      column('name'),
      column('establishment'),
      column('profile'),
      column('declaredAt', 'time'),
      column('incarnation', 'number'),
      column('lastReceivedAt', 'time'),
      numbering,
      column('by', 'text', (row) => valueAt(row, 'numbering.by')),
      column('highest', 'text', (row) => valueAt(row, 'numbering.highest')),
      missing,
      alarms,
      column('since', 'time', (row) => valueAt(row, 'alarms.since')),
      column('messageId', 'text', (row) => valueAt(row, 'alarms.messages')),
    ],
    [
      list(
        [
          column('from'),
          column('to'),
          column('missing', 'number', (row) => valueAt(row, 'count')),
          column('since', 'time'),
          column('counter'),
        ],
        'empty.items',
        (row) => listAt(row, 'numbering.gaps'),
      ),
      list(
        [
          column('incarnation', 'number', (row) => valueAt(row, 'number')),
          column('at', 'time'),
          column('by'),
          column('reason'),
          column('evidence', 'text', (row) =>
            listAt(row, 'evidence')
              .map((one) => evidenceText(one, say))
              .join(' · '),
          ),
        ],
        'empty.items',
        (row) => listAt(row, 'incarnations'),
      ),
    ],
  );

/** Why a new incarnation is proposed, where it is. */
const tellProposal = ({ say, suggest }: Session, sender: Json): void => {
  const evidence = listAt(sender, 'proposal.evidence');
  for (const one of evidence) suggest(evidenceText(one, say));
  if (evidence.length > 0) suggest(say('sender.open', { name: textAt(sender, 'name') }));
};

/** Pairs that its profile could declare, as lines to paste. */
const tellAuthorities = ({ say, suggest }: Session, sender: Json): void => {
  const proposals = listAt(sender, 'authorities').map((one) => ({
    namespace: textAt(one, 'namespace'),
    oid: textAt(one, 'oid'),
    messages: numberAt(one, 'messages'),
  }));
  if (proposals.length > 0) suggest([say('sender.authorities'), ...authorityLines(proposals)].join('\n'));
};

export const listSenders: RunVerb = async ({ api, say, show, suggest }) => {
  const answer = await api.get('/senders');
  show(answer, senders);
  for (const sender of listAt(answer, 'items'))
    if (valueAt(sender, 'proposal')) suggest(say('sender.proposed', { name: textAt(sender, 'name') }));
  return exitCodes.ok;
};

export const showSender: RunVerb = async (session) => {
  const answer = await session.api.get(`/senders/${segment(session.argument)}`);
  session.show(answer, senderView(session.say));
  tellProposal(session, answer);
  tellAuthorities(session, answer);
  return exitCodes.ok;
};

/** Only what can be done is asked about; what speaks for it is said to whoever says yes beforehand, too. */
export const openIncarnation: RunVerb = async (session) => {
  const { api, argument: name, flags, say, show, tell } = session;
  const path = `/senders/${segment(name)}`;
  const reason = flags.one('reason') ?? '';
  const sender = await api.get(`${path}/may/open`, { reason });
  const evidence = listAt(sender, 'proposal.evidence');
  for (const one of evidence) tell(evidenceText(one, say));
  if (evidence.length === 0) tell(say('evidence.none'));
  const number = numberAt(sender, 'incarnation') + 1;
  await session.confirm('sender incarnation open', say('confirm.sender incarnation open', { name, number }));
  show(await api.post(`${path}/incarnation`, { reason }), senderView(say));
  return exitCodes.ok;
};
