import type { TriedMessage } from '#usecases';
import type { Say } from '../words/words.js';
import { printable, writeTable } from './table.js';

const indent = (text: string): string =>
  text
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n');

/** Lines from outside, each made safe by itself. */
const lines = (text: string): string =>
  text
    .split(/\r\n?|\n/)
    .map(printable)
    .join('\n');

const block = (title: string, body: string): string => `${title}\n${indent(body.trimEnd())}\n`;

const rows = (all: readonly (readonly string[])[]): string =>
  writeTable(all.map((row) => row.map((text) => ({ text: printable(text), align: 'left' as const }))));

const segments = ({ segments: all }: TriedMessage, say: Say): string =>
  all
    .map(({ name, fields }) => {
      const table = rows(fields.map(({ at, name: label, value }) => [at, value, label?.[say.language] ?? '']));
      return `${printable(name)}\n${indent(table.trimEnd())}`;
    })
    .join('\n');

/** One line a change, and one an edit: what is set where. */
const change = (told: unknown): string => {
  const { kind, ...rest } = told as { readonly kind: string } & Readonly<Record<string, unknown>>;
  const facts = Object.entries(rest).flatMap(([name, value]): string[] =>
    Array.isArray(value) && value.length > 0
      ? [name, ...value.map((one) => `  ${JSON.stringify(one)}`)]
      : [`${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`],
  );
  return [kind, ...facts.map((line) => `  ${line}`)].map(printable).join('\n');
};

const record = ({ record: key, deleted, content }: TriedMessage['records'][number], say: Say): string =>
  `${key}${deleted ? ` (${say('try.deleted')})` : `\n${indent(lines(JSON.stringify(content, undefined, 2)))}`}`;

/** Lines for the sender's profile, to be pasted as they stand. */
export const writeAuthorities = (all: readonly string[], say: Say): string =>
  [say('sender.authorities'), ...all.map(printable), ''].join('\n');

/** What would become of one message, for people: from its bytes to its records. */
export const writeTried = (tried: TriedMessage, say: Say): string => {
  const { number, label, controlId, sizeBytes: bytes, charset, declaredCharset } = tried;
  const head = say('try.message', {
    number,
    label,
    controlId,
    bytes,
    framing: say.value(tried.framing),
    charset,
    declared: declaredCharset || '-',
  });
  const warnings = tried.warnings.map(({ code, location, text }) => [code, location, text]);
  const errors = tried.errors.map(({ code, location, text }) => [code, location, text]);
  const [count, none] = [tried.records.length, say('try.none')];
  return [
    `${printable(head)} → ${say.value(tried.state)}${tried.waitsFor === '' ? '' : ` (${printable(tried.waitsFor)})`}\n`,
    block(say('try.segments'), segments(tried, say)),
    ...(errors.length > 0 ? [block(say('try.refusal'), rows(errors))] : []),
    block(say('try.warnings'), warnings.length > 0 ? rows(warnings) : none),
    block(say('try.answer'), tried.answers.map((answer) => lines(answer.trimEnd())).join('\n') || none),
    ...(errors.length > 0
      ? []
      : [
          block(say('try.changes'), tried.changes.map(change).join('\n') || none),
          block(say('try.records'), count > 0 ? tried.records.map((one) => record(one, say)).join('\n') : none),
        ]),
  ].join('\n');
};
