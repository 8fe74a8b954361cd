import { createSecretKey, type KeyObject } from 'node:crypto';
import { type Establishment, Finess, Instant, type Sender } from '#domain';
import {
  authorityLines,
  checkProfiles,
  faultLine,
  SeenAuthorities,
  type Try,
  type TriedMessage,
  tryMessages,
} from '#usecases';
import { column, list } from '../output/columns.js';
import { writeAuthorities, writeTried } from '../output/try-text.js';
import { CliFailure } from '../session/cli-failure.js';
import { segment } from '../session/control-api.js';
import { exitCodes } from '../session/exit-codes.js';
import { type Json, listAt, numberAt, objectAt, parseJson, textAt } from '../session/json.js';
import { readNamedFile } from '../session/read-file.js';
import type { RunVerb, Session } from '../session/session.js';

const codes = (member: string) => (row: Json) =>
  listAt(row, member).map((one) => `${textAt(one, 'code')}@${textAt(one, 'location')}`.replace(/@$/, ''));

const tried = list([
  column('number', 'number'),
  column('controlId'),
  column('label'),
  column('charset'),
  column('state', 'word'),
  column('warnings', 'text', codes('warnings')),
  column('errors', 'text', codes('errors')),
  column('records', 'text', (row) => listAt(row, 'records').map((one) => textAt(one, 'record'))),
]);

type Publisher = Pick<Try, 'sender' | 'establishment'>;

const fromFile = (file: string, { say, tell }: Session): Publisher => {
  const { profiles, faults } = checkProfiles([{ file, bytes: readNamedFile(file, say) }]);
  const [profile] = profiles;
  if (!profile || faults.length > 0)
    throw new CliFailure(exitCodes.usage, faults.map((fault) => faultLine(fault, say.language)).join('; '));
  tell(say('try.no-establishment'));
  const establishment = { finess: profile.finess, name: '', sites: [], timeZone: 'Europe/Paris' };
  return { sender: { ...profile, incarnation: 1 }, establishment };
};

/** As control has them declared: what it says of them was checked when they were. */
const fromControl = async (name: string, { api }: Session): Promise<Publisher> => {
  const [sender, territory] = [await api.get(`/senders/${segment(name)}`), await api.get('/territory')];
  const profile = objectAt(sender, 'profile') as unknown as Omit<Sender, 'name' | 'incarnation'>;
  const establishment = listAt(territory, 'establishments').find((one) => textAt(one, 'finess') === profile.finess);
  if (!establishment) throw new Error('a declared sender has an establishment');
  return {
    sender: { ...profile, name, incarnation: numberAt(sender, 'incarnation') },
    establishment: establishment as unknown as Establishment,
  };
};

const secretOf = (file: string, finess: string, { say }: Session): KeyObject => {
  const text = readNamedFile(file, say).toString('utf8');
  try {
    const hex = textAt(parseJson(text), Finess.parse(finess));
    if (/^(?:[0-9a-f]{2}){32,}$/i.test(hex)) return createSecretKey(Buffer.from(hex, 'hex'));
  } catch {
    // Told below, and never with what the file holds.
  }
  const hint = say('try.secrets-unreadable-hint');
  throw new CliFailure(exitCodes.usage, say('try.secrets-unreadable', { file, finess }), hint);
};

/** Pairs that its profile could declare, for all messages of the file. */
const proposalsIn = (messages: readonly TriedMessage[], { hl7 }: Sender): readonly string[] => {
  const seen = new SeenAuthorities();
  for (const { authorities } of messages) seen.addSeen(authorities);
  return authorityLines(seen.proposals(hl7));
};

const showTried = (session: Session, messages: readonly TriedMessage[], sender: Sender): void => {
  const { output, say, show, terminal } = session;
  if (output === 'table') {
    const texts = messages.map((one) => writeTried(one, say));
    const lines = proposalsIn(messages, sender);
    terminal.stdout.write([...texts, ...(lines.length > 0 ? [writeAuthorities(lines, say)] : [])].join('\n'));
  } else show(parseJson(JSON.stringify({ items: messages })), tried);
};

/** 0 where all would be accepted, 6 where one would be refused, 1 where there is none. */
export const tryMessage: RunVerb = async (session) => {
  const { argument: file, flags, say, tell } = session;
  const [name, profile, secrets] = [flags.one('sender'), flags.one('profile'), flags.one('secrets')];
  if (name === undefined && profile === undefined)
    throw new CliFailure(exitCodes.usage, say('usage.needs', { flag: say('try.profile-or-sender') }));
  const bytes = readNamedFile(file, say);
  const publisher = profile === undefined ? await fromControl(name ?? '', session) : fromFile(profile, session);
  if (secrets === undefined) tell(say('try.no-secret'));
  const secret = secrets === undefined ? undefined : secretOf(secrets, publisher.sender.finess, session);
  const now = Instant.of(session.terminal.nowMs());
  const messages = tryMessages(bytes, { ...publisher, now, ...(secret && { secret }) });
  if (messages.length === 0) throw new CliFailure(exitCodes.failure, say('try.empty', { file }));
  showTried(session, messages, publisher.sender);
  return messages.some(({ state }) => state === 'refused') ? exitCodes.refused : exitCodes.ok;
};
