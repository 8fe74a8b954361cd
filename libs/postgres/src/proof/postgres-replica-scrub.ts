import type pg from 'pg';
import type { DataSource } from 'typeorm';
import { type OwnedEstablishment, ReplicaScrub, type Scrubbed } from '#usecases';
import { withClient } from '../data-source.js';
import { inTransaction } from '../in-transaction.js';
import type { SearchRule } from '../rows/search-rule.js';
import { byKey } from './by-key.js';
import { checkPage, firstPlace, type Place, standingGeneration } from './check-page.js';
import type { PageBounds } from './rows-that-differ.sql.js';
import { moveScrub, selectNextToScrub } from './scrub.sql.js';

/** What one piece of the scrub reads: rows, and bytes of contents (one content may be larger: it is then read alone). */
export const scrubPage: PageBounds = { rows: 200, bytes: 4 << 20 };

/** Between the end of one round through a generation and the beginning of the next, ms. What is small is not read without pause. */
export const scrubRestMs = 60_000;

interface Next {
  readonly generation: number;
  readonly place: Place | null;
  readonly rows: number;
  readonly bytes: number;
  readonly hasFound: boolean;
}

/** Reads as `reprise_replicator`, one statement a page and without a lock that a writer needs; what it writes is its own progress. */
export class PostgresReplicaScrub extends ReplicaScrub {
  constructor(
    private readonly replica: DataSource,
    private readonly rule: SearchRule,
    private readonly most = scrubPage,
    private readonly restMs = scrubRestMs,
  ) {
    super();
  }

  scrubSome(owned: readonly OwnedEstablishment[]): Promise<Scrubbed | undefined> {
    // A crash takes back some pages of progress: they are read again.
    const begin = `begin; set local synchronous_commit = off; ${byKey}`;
    return withClient(this.replica, (client) => inTransaction(client, begin, () => this.scrubOn(client, owned)));
  }

  private async scrubOn(client: pg.ClientBase, owned: readonly OwnedEstablishment[]): Promise<Scrubbed | undefined> {
    const names = owned.map(({ establishment }) => establishment);
    const epochs = owned.map(({ epoch }) => epoch);
    const { rows } = await client.query<Next>(selectNextToScrub, [names, epochs, this.restMs]);
    const [before] = rows;
    const standing = before && (await standingGeneration(client, before.generation));
    if (!standing) return undefined;
    const page = await checkPage(client, standing, before.place ?? firstPlace, this.rule, this.most);
    const looked =
      before.place === null
        ? { rows: page.rows, bytes: page.bytes }
        : { rows: before.rows + page.rows, bytes: before.bytes + page.bytes };
    const { generation, establishment } = standing;
    const moved = await client.query(moveScrub, [
      generation,
      establishment,
      before.place && JSON.stringify(before.place),
      page.next ? JSON.stringify(page.next) : null,
      looked.rows,
      looked.bytes,
      page.found ? JSON.stringify(page.found) : null,
    ]);
    if (moved.rowCount !== 1) return undefined;
    const isNews = page.found !== undefined && !before.hasFound;
    return {
      establishment,
      generation,
      ...looked,
      ...(isNews && { found: page.found }),
      isRoundDone: page.next === undefined,
    };
  }
}
