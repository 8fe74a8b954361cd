import { standing } from '../proof/rows-that-differ.sql.js';

/** What readers see of every establishment. */
export const selectLive = `
select e.establishment, g.generation, g.timeline, g.position::float8, g.clock::float8, e.level_at::float8 as "levelAt",
       case when e.heard_at > 0
            then round(greatest(0, extract(epoch from clock_timestamp()) - e.heard_at / 1000.0), 1)::float8 end as "heardSecondsAgo",
       (select coalesce(json_agg(json_build_object('name', r.name, 'heardSecondsAgo',
                 round(greatest(0, extract(epoch from clock_timestamp()) - r.heard_at / 1000.0), 1)) order by r.name), '[]')
        from replicators as r) as replicators,
       coalesce(e.halted, '') as halted,
       g.search_version as "searchVersion", coalesce((g.search_progress ->> 'versions')::float8, 0) as reindexed,
       (select count(*)::int from parked as p where p.generation = g.generation) as parked,
       json_build_object(
         'position', coalesce((s.place ->> 'table') || ' ' || s.rows, ''), 'lastFullRoundAt', s.last_full_round_at, 'beganAt', s.began_at,
         'firstDifference', s.difference, 'rowsEstimate', t.rows, 'bytesEstimate', t.bytes) as scrub
from establishments as e join generations as g on g.generation = e.live_generation
left join scrubs as s on s.generation = g.generation
cross join lateral (
  select coalesce(sum(greatest(reltuples, 0)), 0)::float8 as rows, coalesce(sum(relpages::bigint * 8192), 0)::float8 as bytes
  from pg_class where oid in (to_regclass('versions_g' || g.generation), to_regclass('heads_g' || g.generation),
                              to_regclass('tokens_g' || g.generation), to_regclass('messages_g' || g.generation))
) as t
order by e.establishment`;

/** $1 restore, or null for all. */
export const selectReports = `
select g.generation, g.establishment, g.timeline, g.restore_id as "restoreId", g.state,
       coalesce(e.live_generation = g.generation, false) as live, g.fold_version as "foldVersion", g.log_id as "logId",
       g.position::float8, encode(g.chain_hash, 'hex') as "chainHash", g.clock::float8, g.phase,
       g.events_done::float8 as "eventsDone", g.events_total::float8 as "eventsTotal",
       g.event_time_reached as "eventTimeReached", coalesce(g.state_digest, '') as "stateDigest",
       coalesce(g.records, 0)::float8 as records, coalesce(g.parked_positions, '{}')::float8[] as parked,
       coalesce(g.failure, '') as failure,
       floor(extract(epoch from g.started_at) * 1000)::float8 as "startedAt",
       floor(extract(epoch from g.finished_at) * 1000)::float8 as "finishedAt"
from generations as g left join establishments as e on e.establishment = g.establishment
where $1::text is null or g.restore_id = $1
order by g.generation`;

/** $1 establishment. */
export const selectLiveGeneration = `select live_generation as generation from establishments where establishment = $1`;

/**
 * $1 generation, $2 sender, $3 outcome, $4 since and $5 until (recorded, ms), $6 limit, $7 keys of the message, $8 its id, $9 a warning that
 * it has, as JSON, $10 type, $11 a record that it touched; null = any.
 */
const fitting = `
generation = $1
  and ($2::text is null or sender = $2)
  and ($3::text is null or outcome = $3)
  and ($4::bigint is null or recorded_at >= $4)
  and ($5::bigint is null or recorded_at < $5)
  and ($7::bytea[] is null or (message_key = any ($7) and message_id = $8))
  and ($9::jsonb is null or warnings @> $9)
  and ($10::text is null or label = $10 or split_part(translate(label, '^', ' '), ' ', 1) = $10)
  and ($11::text is null or $11 = any (records))`;

/** As `fitting`, then: $12 before (position), $13 after (position). Newest first. */
export const selectMessages = `
select position::float8, sender, message_id as "controlId", label, charset, acknowledgement,
       received_at::float8 as "receivedAt", recorded_at::float8 as "recordedAt", sent_at::float8 as "sentAt",
       occurred_at::float8 as "occurredAt", outcome, records, warnings, bytes as "sizeBytes"
from messages
where ${fitting}
  and ($12::bigint is null or position < $12)
  and ($13::bigint is null or position > $13)
order by position desc
limit $6`;

/** As `fitting`, then: $12 length of a piece, ms. What was removed is found by the index of removed versions. */
export const countMessages = `
with counted as (
  select position, recorded_at / $12::bigint * $12::bigint as "from", sender, label, outcome, cardinality(records) as records
  from messages
  where ${fitting}
), gone as (
  select position, count(*) as removed
  from versions
  where generation = $1 and deleted and recorded_at >= $4 and recorded_at < $5
  group by position
)
select "from"::float8, sender, label, count(*)::float8 as messages,
       count(*) filter (where outcome = 'parked')::float8 as parked, sum(records)::float8 as records,
       coalesce(sum(removed), 0)::float8 as removed
from counted left join gone using (position)
group by "from", sender, label
order by "from" desc, sender, label
limit $6`;

/** $1 generation, $2 position: the others of the same sender, incarnation and id. */
export const selectSameId = `
select other.position::float8, other.recorded_at::float8 as "recordedAt", other.outcome,
       other.received_hash = own.received_hash as "sameBytes"
from messages as own join messages as other
  on other.message_key = own.message_key and other.generation = own.generation and other.position <> own.position
where own.generation = $1 and own.position = $2 and other.generation = $1
order by other.position
limit 100`;

/** $1 generation. */
export const selectParked = `
select p.position::float8, p.recorded_at::float8 as "recordedAt", p.waiting, p.reason, m.sender, m.label, m.records
from parked as p join messages as m on m.position = p.position and m.generation = p.generation
where p.generation = $1 and m.generation = $1
order by p.position`;

/** Senders that this generation has heard: $1 generation. */
export const selectSenders = `select distinct sender from messages where generation = $1`;

const snapshotColumns = `
g.generation, g.timeline, g.position::float8, encode(g.chain_hash, 'hex') as "chainHash", g.search_version as "searchVersion"`;

/** $1 establishment. */
export const selectLiveSnapshot = `
select ${snapshotColumns}
from establishments as e join generations as g on g.generation = e.live_generation
where e.establishment = $1`;

/** $1 generation: where it stands, live or not. */
export const selectSnapshotOf = `
select ${snapshotColumns} from generations as g where g.generation = $1 and ${standing}`;
