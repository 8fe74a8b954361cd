import { Failure, type Finess, type Sender } from '#domain';
import type { DirectoryEvent } from './directory-event.js';
import { type Objection, objection } from './objection.js';

type Declaration = Exclude<DirectoryEvent, { readonly restoreId: string }>;

/** What the rules of declarations look at. */
export interface DeclaredRecords {
  readonly territories: { readonly has: (code: string) => boolean };
  readonly establishments: { readonly has: (finess: Finess) => boolean };
  readonly senders: ReadonlyMap<string, Sender>;
}

/** Every rule of what may be declared, for those who decide and for those who follow. */
export const objectionToDeclaration = (records: DeclaredRecords, event: Declaration): Objection | undefined => {
  switch (event.kind) {
    case 'territory-declared':
    case 'establishment-declared':
      return undefined;
    case 'membership-declared':
      if (!records.territories.has(event.membership.territory))
        return objection('a membership is of a territory that is not declared');
      return records.establishments.has(event.membership.establishment)
        ? undefined
        : objection('a membership is of an establishment that is not declared');
    case 'sender-declared':
      return toSender(records, event.sender);
    case 'incarnation-opened': {
      const sender = records.senders.get(event.sender);
      if (!sender) return objection('an incarnation is of a sender that is not declared');
      return event.opened.number === sender.incarnation + 1
        ? undefined
        : objection('an incarnation is not the next one of its sender');
    }
  }
};

/**
 * What a sender has sent stands in the log of its establishment, under its name: elsewhere it is another sender. Its incarnation may be any that
 * it has had (a profile is declared again at every start, and takes nothing back), or the next one: files and declarations of before opened it so.
 */
const toSender = ({ senders }: DeclaredRecords, { name, finess, incarnation }: Sender): Objection | undefined => {
  const known = senders.get(name);
  if (known && known.finess !== finess)
    return objection(
      'a sender that is known is declared for another establishment',
      new Failure(
        'refused-by-policy',
        `sender ${name} is of ${known.finess}, and cannot become one of ${finess}`,
        `declare it under a new name for ${finess}; ${name} keeps its establishment`,
      ),
    );
  return !known || incarnation <= known.incarnation + 1
    ? undefined
    : objection('a declaration skips incarnations of its sender');
};
