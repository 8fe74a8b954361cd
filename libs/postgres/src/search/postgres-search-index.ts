import type pg from 'pg';
import type { DataSource } from 'typeorm';
import { type Finess, RecordKey } from '#domain';
import { type Reindexing, SearchIndex } from '#usecases';
import { withClient } from '../data-source.js';
import { inTransaction } from '../in-transaction.js';
import { binaryArrays } from '../rows/binary-arrays.js';
import type { Column } from '../rows/column.js';
import type { SearchRule } from '../rows/search-rule.js';
import {
  moveSearchProgress,
  reindexVersions,
  selectBehind,
  selectSearchProgress,
  versionsToReindex,
} from './reindex.sql.js';

/** What is looked at in one transaction: the live writer waits while its rows are written, some milliseconds. */
const usualMost = { rows: 200, bytes: 4 << 20 };

/** `generations.search_progress`: everything of a type before `type`, and of `type` up to this version, has the tokens of rule `to`. */
interface SearchProgress {
  readonly to: number;
  readonly type: string;
  readonly id: string;
  readonly position: number;
  readonly versions: number;
  readonly changed: number;
}

/** A generation that is behind the rule. */
interface Behind {
  readonly establishment: Finess;
  readonly from: number;
  readonly progress: SearchProgress | null;
}

interface VersionRow {
  readonly id: string;
  readonly position: number;
  readonly tokens: readonly string[];
  readonly content: Uint8Array;
}

/** A version under the tokens that it is to have. */
type Renewed = Pick<VersionRow, 'id' | 'position' | 'tokens'>;

const renewedColumns: readonly Column<Renewed>[] = [
  { name: 'id', type: 'text', of: ({ id }) => id },
  { name: 'position', type: 'int8', of: ({ position }) => position },
  { name: 'tokens', type: 'texts', of: ({ tokens }) => tokens },
];

const same = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((token, index) => token === other[index]);

/** Writes as `reprise_replicator`. What it looks at are versions: their contents never change, so that it reads them without a lock. */
export class PostgresSearchIndex extends SearchIndex {
  constructor(
    private readonly replica: DataSource,
    private readonly rule: SearchRule,
    private readonly most = usualMost,
  ) {
    super();
  }

  async behind(establishment: Finess): Promise<readonly number[]> {
    const { rows } = await withClient(this.replica, (client) =>
      client.query<{ generation: number }>(selectBehind, [establishment, this.rule.version]),
    );
    return rows.map(({ generation }) => generation);
  }

  reindexSome(generation: number, epoch: number): Promise<Reindexing | undefined> {
    return withClient(this.replica, async (client) => {
      const { rows } = await client.query<Behind>(selectSearchProgress, [generation, epoch, this.rule.version]);
      const [behind] = rows;
      if (!behind) return undefined;
      const types = this.rule.changedSince(behind.from);
      const start = { to: this.rule.version, type: types[0] ?? '', id: '', position: -1, versions: 0, changed: 0 };
      const before = behind.progress?.to === this.rule.version ? behind.progress : start;
      const looked = await this.look(client, generation, before);
      const after = looked.found > 0 ? looked.progress : nextType(types, before);
      const moved = await this.write(client, { generation, epoch, behind }, { after, before, renewed: looked.renewed });
      if (!moved) return undefined;
      const { versions, changed } = after ?? before;
      return {
        establishment: behind.establishment,
        generation,
        from: behind.from,
        to: this.rule.version,
        versions,
        changed,
        done: after === undefined,
      };
    });
  }

  /** The next versions of the type, and which of them the rule finds by something else. */
  private async look(
    client: pg.ClientBase,
    generation: number,
    before: SearchProgress,
  ): Promise<{ readonly found: number; readonly renewed: readonly Renewed[]; readonly progress: SearchProgress }> {
    const { type, id, position } = before;
    const { rows } = await client.query<VersionRow>(versionsToReindex(generation, this.most), [type, id, position]);
    const renewed = rows.flatMap((row) => {
      const tokens = [...new Set(this.rule.tokensOf(RecordKey.of(type, row.id), row.content))];
      return same(tokens, row.tokens) ? [] : [{ id: row.id, position: row.position, tokens }];
    });
    const last = rows.at(-1);
    const counts = { versions: before.versions + rows.length, changed: before.changed + renewed.length };
    const progress = { ...before, ...counts, ...(last && { id: last.id, position: last.position }) };
    return { found: rows.length, renewed, progress };
  }

  /** One transaction: rows and progress, or neither. `after` undefined: the generation is level. False where something else has moved. */
  private write(
    client: pg.ClientBase,
    { generation, epoch, behind }: { readonly generation: number; readonly epoch: number; readonly behind: Behind },
    {
      after,
      before,
      renewed,
    }: {
      readonly after: SearchProgress | undefined;
      readonly before: SearchProgress;
      readonly renewed: readonly Renewed[];
    },
  ): Promise<boolean> {
    // A crash takes back rows and progress together: nothing waits for the disk.
    return inTransaction(client, 'begin; set local synchronous_commit = off', async () => {
      const { rowCount } = await client.query(moveSearchProgress, [
        generation,
        epoch,
        behind.from,
        behind.progress && JSON.stringify(behind.progress),
        after ? behind.from : this.rule.version,
        after ? JSON.stringify(after) : null,
      ]);
      if (rowCount !== 1) return false;
      if (renewed.length > 0) {
        const values = [behind.establishment, before.type, ...binaryArrays(renewedColumns, renewed)];
        await client.query(reindexVersions(generation), values);
      }
      return true;
    });
  }
}

/** All of one type was looked at: the beginning of the next one, or none. */
const nextType = (types: readonly string[], { type, ...before }: SearchProgress): SearchProgress | undefined => {
  const next = types.find((one) => one > type);
  return next === undefined ? undefined : { ...before, type: next, id: '', position: -1 };
};
