import { Failure, type Finess, type Instant, Position, RecordKey, VersionId } from '#domain';
import type {
  Answer,
  HistoryMark,
  Level,
  Place,
  ReplicaReader,
  Scope,
  SearchFilter,
  StoredVersion,
  When,
} from '../ports/replica-reader.js';
import { withMerged } from './merged-patients.js';
import { PageCursor } from './page-cursor.js';

/** A page of a listing. `madeFor`: caller, address and question, which the cursor of the next page is bound to. */
export interface Page {
  readonly limit: number;
  readonly cursor?: string;
  readonly madeFor: readonly string[];
}

export interface Listing {
  readonly versions: readonly StoredVersion[];
  /** Cursor of the next page, where there may be one. */
  readonly next?: string;
}

export interface TerritoryListing {
  /** One for each establishment of the territory that the caller may see, whether anything of it is on this page or not. */
  readonly levels: readonly Level[];
  readonly entries: readonly { readonly establishment: Finess; readonly version: StoredVersion }[];
  readonly next?: string;
}

/** What is not yet past is refused as an instant: the state at it can still change. */
export const whenOf = (asOf: Instant | undefined, now: Instant): When => {
  if (asOf === undefined) return 'now';
  if (asOf > now)
    throw new Failure(
      'input.invalid',
      '_asOf: an instant that is still to come',
      'name one that is past, or leave _asOf out for the present state',
    );
  return asOf;
};

/** Everything that is read of records. Throws `Failure` `caller.forbidden`, `not-found`, `input.invalid`, `replica.unreachable`. */
export class ReadRecords {
  constructor(private readonly reader: ReplicaReader) {}

  async read(place: Place, record: RecordKey): Promise<Answer<StoredVersion | undefined>> {
    assertInScope(place);
    return held(await this.reader.read(place, record));
  }

  /** What is no version id names no version. */
  async version(place: Place, record: RecordKey, id: string): Promise<Answer<StoredVersion | undefined>> {
    assertInScope(place);
    const version = VersionId.parse(id) ?? { timeline: 0, position: Position.none };
    return held(await this.reader.version(place, record, version));
  }

  async history(
    place: Place,
    of: { readonly type?: string; readonly record?: RecordKey },
    { limit, cursor, madeFor, since }: Page & { readonly since?: Instant },
  ): Promise<Answer<Listing>> {
    assertInScope(place);
    const after = cursor === undefined ? undefined : markOf(PageCursor.read(madeFor, cursor));
    const { level, found } = held(
      await this.reader.history(place, of, {
        limit,
        ...(since !== undefined && { since }),
        ...(after && { after }),
      }),
    );
    const next = found.next && PageCursor.write(madeFor, [found.next.position, found.next.key]);
    return { level, found: { versions: found.versions, ...(next !== undefined && { next }) } };
  }

  async search(place: Place, filter: SearchFilter, { limit, cursor, madeFor }: Page): Promise<Answer<Listing>> {
    assertInScope(place);
    const [after] = cursor === undefined ? [] : idsOf(PageCursor.read(madeFor, cursor), 1);
    const whole = await this.wholePersons(place, filter);
    const { level, found } = held(await this.reader.search(place, whole, { limit: limit + 1, ...afterOf(after) }));
    const versions = found.slice(0, limit);
    const last = versions.at(-1);
    const next = last && found.length > limit ? PageCursor.write(madeFor, [idOf(last)]) : undefined;
    return { level, found: { versions, ...(next !== undefined && { next }) } };
  }

  /** The establishments of the scope one behind the other, each in the order of its ids. */
  async searchTerritory(
    { scope, when }: { readonly scope: Scope; readonly when: When },
    filter: SearchFilter,
    { limit, cursor, madeFor }: Page,
  ): Promise<TerritoryListing> {
    const levels = new Map((await this.levels(scope, when)).map((level) => [level.establishment, level]));
    const [from = '', after] = cursor === undefined ? [] : idsOf(PageCursor.read(madeFor, cursor), 2);
    const entries: { readonly establishment: Finess; readonly version: StoredVersion }[] = [];
    for (const establishment of [...levels.keys()].filter((one) => one >= from)) {
      const page = { limit: limit + 1 - entries.length, ...(establishment === from && afterOf(after)) };
      const place = { scope, establishment, when };
      const answer = await this.reader.search(place, await this.wholePersons(place, filter), page);
      if (!answer) continue;
      levels.set(establishment, answer.level);
      entries.push(...answer.found.map((version) => ({ establishment, version })));
      if (entries.length > limit) break;
    }
    const shown = entries.slice(0, limit);
    const last = shown.at(-1);
    const next =
      last && entries.length > limit ? PageCursor.write(madeFor, [last.establishment, idOf(last.version)]) : undefined;
    return { levels: [...levels.values()], entries: shown, ...(next !== undefined && { next }) };
  }

  async count(place: Place, filter: SearchFilter): Promise<Answer<number>> {
    assertInScope(place);
    return held(await this.reader.count(place, await this.wholePersons(place, filter)));
  }

  private async wholePersons(place: Place, filter: SearchFilter): Promise<SearchFilter> {
    return filter.patients ? { ...filter, patients: await withMerged(this.reader, place, filter.patients) } : filter;
  }

  /** A caller without establishments sees none, and the replica is not asked. */
  async levels(scope: Scope, when: When = 'now'): Promise<readonly Level[]> {
    return scope.length === 0 ? [] : this.reader.levels(scope, when);
  }
}

export const versionIdOf = ({ timeline, position }: StoredVersion): VersionId => VersionId.of(timeline, position);

const idOf = ({ key }: StoredVersion): string => RecordKey.id(key);

const afterOf = (after: string | undefined): { readonly after?: string } => (after === undefined ? {} : { after });

const assertInScope = ({ scope, establishment }: Place): void => {
  if (!scope.includes(establishment))
    throw new Failure(
      'caller.forbidden',
      'the URL names an establishment that is not this caller’s',
      'use the establishment of the credentials',
    );
};

const held = <T>(answer: Answer<T> | undefined): Answer<T> => {
  if (!answer)
    throw new Failure(
      'not-found',
      'this replica does not hold the establishment',
      'ask GET /replicas which replica does',
    );
  return answer;
};

const forged = (): Failure =>
  new Failure('input.invalid', '_cursor: the page cursor is not one of ours', 'begin with the first page');

const idsOf = (place: readonly unknown[], count: number): readonly string[] => {
  const ids = place.filter((one): one is string => typeof one === 'string' && /^[A-Za-z0-9\-.]{1,64}$/.test(one));
  if (place.length !== count || ids.length !== count) throw forged();
  return ids;
};

const markOf = ([position, key]: readonly unknown[]): HistoryMark => {
  if (!Number.isSafeInteger(position) || Number(position) < 0 || typeof key !== 'string' || !RecordKey.matches(key))
    throw forged();
  return { position: Position.of(Number(position)), key };
};
