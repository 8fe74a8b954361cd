import { Finess, Instant, Position, RecordKey, type Timeline, timelineAt } from '#domain';
import {
  type Answer,
  type HistoryMark,
  type HistoryPage,
  type Level,
  type Place,
  ReplicaReader,
  type Scope,
  type SearchFilter,
  type StoredVersion,
  type When,
} from '#usecases';
import { gathered } from './gathered.js';
import { readHistory, readHistoryAsOf, readRecordHistory, readRecordHistoryAsOf } from './read-history.sql.js';
import { readEstablishments, readLevel, readLevelAsOf, readLiveGeneration } from './read-levels.sql.js';
import { readRecordAsOf, readRecords, readVersion, readVersionAsOf, readWaiting } from './read-record.sql.js';
import type { Row, ScopedConnections, Statement } from './scoped-connections.js';
import { countedValues, countHits, searchStatement, searchValues } from './search-records.sql.js';

const levelOf = (row: Row, { establishment, when }: Pick<Place, 'establishment' | 'when'>): Level => {
  const timeline = row['live_timeline'] as Timeline;
  const position = Position.of(Number(row['reflects']));
  return {
    establishment,
    position,
    timeline: when === 'now' ? timeline.number : timelineAt(timeline, position),
    restored: timeline.number > 1,
    levelAt: Instant.of(Number(row['level_at'])),
    ...incompleteSince(row),
  };
};

const incompleteSince = (row: Row | undefined): Pick<Level, 'incompleteSince'> => {
  const since = row?.['waits_since'] ?? null;
  return since === null ? {} : { incompleteSince: Instant.of(Number(since)) };
};

/** No row of a version: the outer join found none. */
const versionOf = (row: Row): readonly StoredVersion[] =>
  row['id'] === null
    ? []
    : [
        {
          key: RecordKey.of(row['type'] as string, row['id'] as string),
          timeline: Number(row['timeline']),
          position: Position.of(Number(row['position'])),
          recordedAt: Instant.of(Number(row['recorded_at'])),
          deleted: row['deleted'] as boolean,
          content: row['content'] as Buffer,
        },
      ];

/**
 * Records that one statement reads.
 * @limit Reader | reads by id of one scope in one statement | the next statement takes the rest
 */
const togetherMax = 16;

interface Wanted {
  readonly place: Place;
  readonly record: RecordKey;
}

/** Reads one replica's Postgres as `reprise_reader`: every statement sees what row-level security lets the scope see. */
export class PostgresReplicaReader extends ReplicaReader {
  /** Live generations as last known. Never trusted: every statement compares. */
  private readonly live = new Map<Finess, number>();

  /** Reads of one scope that come at one time are one statement: it costs as much as that of a single read. */
  private readonly newest = gathered<Wanted, Row | undefined>(
    togetherMax,
    ({ place: { scope, establishment } }) => `${scope.join(',')} ${establishment}`,
    (wanted) => this.newestOf(wanted),
  );

  /** `searches`: those on which searches and histories go, so that what goes by keys never waits behind them. */
  constructor(
    private readonly connections: ScopedConnections,
    private readonly searches: ScopedConnections = connections,
  ) {
    super();
  }

  override async levels(scope: Scope, when: When): Promise<readonly Level[]> {
    const rows = await this.connections.query(scope, readEstablishments, []);
    const levels = await Promise.all(
      rows.map(async (row) => {
        const place: Place = { scope, establishment: Finess.parse(row['establishment'] as string), when };
        const [found] = await this.ask(place, [readLevel, readLevelAsOf], []);
        return found ? [levelOf(found, place)] : [];
      }),
    );
    return levels.flat();
  }

  override async read(place: Place, record: RecordKey): Promise<Answer<StoredVersion | undefined> | undefined> {
    if (place.when === 'now') {
      const row = await this.newest({ place, record });
      return row && { level: levelOf(row, place), found: versionOf(row)[0] };
    }
    const [row] = await this.ask(place, [readRecordAsOf, readRecordAsOf], keyOf(record));
    return row && { level: await this.levelFor(row, place, record), found: versionOf(row)[0] };
  }

  override async version(
    place: Place,
    record: RecordKey,
    { timeline, position }: { readonly timeline: number; readonly position: Position },
  ): Promise<Answer<StoredVersion | undefined> | undefined> {
    const [row] = await this.ask(place, [readVersion, readVersionAsOf], [...keyOf(record), timeline, position]);
    return row && { level: await this.levelFor(row, place, record), found: versionOf(row)[0] };
  }

  override async history(
    place: Place,
    of: { readonly type?: string; readonly record?: RecordKey },
    page: { readonly limit: number; readonly since?: Instant; readonly after?: HistoryMark },
  ): Promise<Answer<HistoryPage> | undefined> {
    const { limit, since = null, after } = page;
    // One more than asked for tells whether there is a next page.
    const rows = of.record
      ? await this.ask(
          place,
          [readRecordHistory, readRecordHistoryAsOf],
          [...keyOf(of.record), since, after?.position ?? null, limit + 1],
        )
      : await this.ask(
          place,
          [readHistory, readHistoryAsOf],
          [of.type ?? null, after?.key ?? '', since, after?.position ?? null, limit + 1],
        );
    const [first] = rows;
    if (!first) return undefined;
    const level = of.record ? await this.levelFor(first, place, of.record) : levelOf(first, place);
    return { level, found: pageOf(rows, limit) };
  }

  override async search(
    place: Place,
    filter: SearchFilter,
    page: { readonly limit: number; readonly after?: string },
  ): Promise<Answer<readonly StoredVersion[]> | undefined> {
    const rows = await this.askFor(place, filter, 'search', page);
    const [first] = rows;
    if (!first) return undefined;
    const level = { ...levelOf(first, place), searchVersion: Number(first['search_version']) };
    return { level, found: rows.flatMap(versionOf) };
  }

  override async count(place: Place, filter: SearchFilter): Promise<Answer<number> | undefined> {
    const [row] = await this.askFor(place, filter, 'count', { limit: null });
    return row && { level: levelOf(row, place), found: Number(row['found']) };
  }

  private async askFor(
    place: Place,
    filter: SearchFilter,
    asking: 'search' | 'count',
    page: { readonly limit: number | null; readonly after?: string },
  ): Promise<readonly Row[]> {
    const conditions = await this.narrowestFirst(place, filter);
    const wanted = { filter, conditions, asOf: place.when !== 'now' };
    const statement = searchStatement(asking, wanted);
    return this.ask(place, [statement, statement], searchValues(wanted, page));
  }

  private async narrowestFirst(place: Place, filter: SearchFilter): Promise<SearchFilter['all']> {
    const { all, type } = filter;
    if (all.length < 2 || filter.ids || filter.patients) return all;
    const [row] = await this.ask(place, [countHits, countHits], countedValues(type, all));
    const counts = row?.['counts'] as readonly number[] | undefined;
    return all
      .map((condition, index) => ({ condition, hits: counts?.[index] ?? 0 }))
      .sort((one, other) => one.hits - other.hits)
      .map(({ condition }) => condition);
  }

  /** All of one scope and establishment. */
  private async newestOf(wanted: readonly Wanted[]): Promise<readonly (Row | undefined)[]> {
    const [first] = wanted;
    if (!first) return [];
    const keys = wanted.map(({ record }) => keyOf(record));
    const values = [keys.map(([type]) => type), keys.map(([, id]) => id)];
    const rows = await this.ask(first.place, [readRecords, readRecords], values);
    const asked = new Map(rows.map((row) => [Number(row['asked']), row]));
    return Promise.all(
      wanted.map(async (one, index) => {
        const row = asked.get(index + 1);
        const isTooLarge = row && row['id'] !== null && row['content'] === null;
        return isTooLarge ? (await this.newestOf([one]))[0] : row;
      }),
    );
  }

  /** Whether what waits concerns this record; asked only where anything waits. */
  private async levelFor(row: Row, place: Place, record: RecordKey): Promise<Level> {
    const { incompleteSince: _anything, ...level } = levelOf(row, place);
    if (row['waits_since'] === null) return level;
    const { scope, establishment } = place;
    const values = [establishment, this.live.get(establishment), level.position, record, row['patient']];
    const [waiting] = await this.connections.query(scope, readWaiting, values);
    return { ...level, ...incompleteSince(waiting) };
  }

  /** Rows of the live generation; none when the replica does not hold the establishment, or the scope does not. */
  private async ask(
    { scope, establishment, when }: Place,
    [now, asOf]: readonly [now: Statement, asOf: Statement],
    values: readonly unknown[],
  ): Promise<readonly Row[]> {
    const statement = when === 'now' ? now : asOf;
    const connections = statement.isSearch ? this.searches : this.connections;
    for (let known = this.live.get(establishment); ; ) {
      if (known !== undefined) {
        const rows = await connections.query(scope, statement, [
          establishment,
          known,
          when === 'now' ? null : when,
          ...values,
        ]);
        if (rows.length > 0) return rows;
      }
      const [row] = await this.connections.query(scope, readLiveGeneration, [establishment]);
      if (!row) return [];
      known = Number(row['live_generation']);
      this.live.set(establishment, known);
    }
  }
}

const keyOf = (record: RecordKey): readonly [type: string, id: string] => [
  RecordKey.type(record),
  RecordKey.id(record),
];

const pageOf = (rows: readonly Row[], limit: number): HistoryPage => {
  const found = rows.flatMap(versionOf);
  const versions = found.slice(0, limit);
  const last = versions.at(-1);
  if (last && found.length > limit) return { versions, next: { position: last.position, key: last.key } };
  const lookedTo = rows[0]?.['looked_to'] ?? null;
  return lookedTo === null ? { versions } : { versions, next: { position: Position.of(Number(lookedTo)), key: '' } };
};
