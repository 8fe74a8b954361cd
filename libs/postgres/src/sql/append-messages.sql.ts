/** $1 establishment, then an array for each of `messageColumns`. */
export const appendMessages = (generation: number): string => `
insert into messages_g${generation}
  (generation, establishment, position, sender, message_id, message_key, received_hash, format, label, charset, acknowledgement,
   received_at, recorded_at, sent_at, occurred_at, outcome, records, warnings, bytes)
select ${generation}, $1, position, sender, message_id, message_key, received_hash, format, label, charset, acknowledgement,
   received_at, recorded_at, sent_at, occurred_at, outcome, records::text[], warnings::jsonb, bytes
from unnest($2::bigint[], $3::text[], $4::text[], $5::bytea[], $6::bytea[], $7::text[], $8::text[], $9::text[], $10::text[],
            $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::text[], $16::text[], $17::text[], $18::int[])
  as m (position, sender, message_id, message_key, received_hash, format, label, charset, acknowledgement,
        received_at, recorded_at, sent_at, occurred_at, outcome, records, warnings, bytes)`;

/** What a drain decided of parked events: $1 positions, $2 outcomes. */
export const settleMessages = (generation: number): string => `
update messages_g${generation}
set outcome = ($2::text[])[array_position($1::bigint[], position)]
where position = any ($1::bigint[])`;
