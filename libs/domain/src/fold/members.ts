import type { MemberEdit } from '../change.js';
import { isObject, type Json, type JsonObject } from '../json.js';
import type { Members } from './subject.js';

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

/** FHIR R4, ContactPointSystem; the system of an identifier is a URI. */
const contactSystems: ReadonlySet<string> = new Set(['phone', 'fax', 'email', 'pager', 'url', 'sms', 'other']);

/**
 * What tells one repetition of a member from another: an identifier by type code and system, a contact point by use and system, an
 * extension by url, anything else by use. The key of `drop` edits.
 */
export const repetitionKey = (value: Json): string => {
  if (!isObject(value)) return text(value);
  if (typeof value['url'] === 'string') return value['url'];
  const system = text(value['system']);
  if (contactSystems.has(system)) return `${text(value['use'])}|${system}`;
  if (value['system'] !== undefined || value['type'] !== undefined) {
    const type = isObject(value['type']) ? value['type'] : {};
    const coding = Array.isArray(type['coding']) ? (type['coding'][0] as JsonObject | undefined) : undefined;
    return `${text(coding?.['code'])}|${system}`;
  }
  return text(value['use']);
};

const repetitions = (value: Json | undefined): readonly Json[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as readonly Json[]) : [value];

const edit = (members: Record<string, Json>, change: MemberEdit): void => {
  const known = members[change.member];
  switch (change.op) {
    case 'set':
      members[change.member] = change.value;
      return;
    case 'default':
      if (known === undefined) members[change.member] = change.value;
      return;
    case 'clear':
      delete members[change.member];
      return;
    case 'upsert': {
      const key = repetitionKey(change.value);
      const others = repetitions(known);
      const at = others.findIndex((value) => repetitionKey(value) === key);
      members[change.member] = at < 0 ? [...others, change.value] : others.with(at, change.value);
      return;
    }
    case 'drop': {
      const left = repetitions(known).filter((value) => repetitionKey(value) !== change.key);
      if (left.length > 0) members[change.member] = left;
      else delete members[change.member];
    }
  }
};

/** The members after the edits, in the order in which the message made them. */
export const editMembers = (members: Members, edits: readonly MemberEdit[]): Members => {
  if (edits.length === 0) return members;
  const edited = { ...members };
  for (const change of edits) edit(edited, change);
  return edited;
};

/** What an edit is about: a whole member, or one repetition of it. */
export const targetOf = (change: MemberEdit): string => {
  if (change.op === 'upsert') return `${change.member} ${repetitionKey(change.value)}`;
  return change.op === 'drop' ? `${change.member} ${change.key}` : change.member;
};

/** Is nothing of the earlier edit left after the later one? */
const overrides = (later: MemberEdit, earlier: MemberEdit): boolean =>
  later.op !== 'default' &&
  later.member === earlier.member &&
  (later.op === 'set' || later.op === 'clear' || targetOf(later) === targetOf(earlier));

/** The earlier edits of which the later ones leave something. */
export const outlasting = (earlier: readonly MemberEdit[], later: readonly MemberEdit[]): readonly MemberEdit[] =>
  earlier.filter((edit) => !later.some((other) => overrides(other, edit)));

const partAt = (name: string): number => name.search(/[#.]/);

const joined = (parts: readonly (readonly [string, Json])[]): Json => {
  const lists = parts.toSorted(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }));
  return lists.flatMap(([, value]) => repetitions(value));
};

/**
 * The members as FHIR has them: parts that one field each has the say of are put together, at the place of the first of them, behind
 * what was told of the list as a whole. The order of the parts is that of their numbers, never that in which they were told.
 */
export const assembled = (members: Members): Members => {
  const names = Object.keys(members);
  if (!names.some((name) => partAt(name) > 0)) return members;
  const whole: Record<string, Json> = {};
  for (const name of names) {
    const at = partAt(name);
    const member = at < 0 ? name : name.slice(0, at);
    if (member in whole) continue;
    const partsBy = (separator: string): readonly (readonly [string, Json])[] =>
      names.flatMap((other) =>
        other.startsWith(member + separator) ? [[other.slice(member.length + 1), members[other] as Json] as const] : [],
      );
    const [ofList, ofObject] = [partsBy('#'), partsBy('.')];
    const told = members[member];
    if (ofObject.length > 0) whole[member] = Object.fromEntries(ofObject.toSorted(([a], [b]) => (a < b ? -1 : 1)));
    else if (ofList.length > 0) whole[member] = joined(told === undefined ? ofList : [['', told], ...ofList]);
    else whole[member] = told as Json;
  }
  return whole;
};
