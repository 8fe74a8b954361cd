/** What readers are served, as hashes of the bytes that stand there: a stored hash tells what was once written. */
const contents = (generation: string): string => `
       select h.type, h.id, h.patient, h.position, sha256(v.content) as hash
       from heads as h
       left join versions as v on v.generation = ${generation} and v.type = h.type and v.id = h.id and v.position = h.position
       where h.generation = ${generation} and not h.deleted`;

/**
 * Both generations side by side, one row a record: $1 before, $2 after. A record that is deleted in one counts as not there.
 * `patient` is the record's own where it is one.
 */
const sideBySide = `
with b as (${contents('$1')}),
     a as (${contents('$2')}),
     pairs as (
       select coalesce(a.type, b.type) as type, coalesce(a.id, b.id) as id,
              case when coalesce(a.type, b.type) = 'Patient' then 'Patient/' || coalesce(a.id, b.id)
                   else coalesce(a.patient, b.patient) end as patient,
              b.id is not null as before, a.id is not null as after,
              a.id is not null and b.id is not null and a.hash is distinct from b.hash as changed,
              b.position as position_before, a.position as position_after
       from b full join a on a.type = b.type and a.id = b.id)`;

export const compareTypes = `${sideBySide}
select type,
       count(*) filter (where after and not before)::float8 as added,
       count(*) filter (where changed)::float8 as changed,
       count(*) filter (where before and not after)::float8 as removed,
       count(*) filter (where before and after and not changed)::float8 as same
from pairs group by type order by type collate "C"`;

/** A patient is there where its Patient record is; where it has none in either, what differs about it is a change. */
const byPatient = `
     patients as (
       select patient,
              coalesce(bool_or(type = 'Patient' and before), false) as before,
              coalesce(bool_or(type = 'Patient' and after), false) as after,
              bool_or(changed or before <> after) as differs
       from pairs where patient is not null group by patient),
     differing as (
       select patient, case when after and not before then 'added' when before and not after then 'removed' else 'changed' end
                as difference
       from patients where differs)`;

export const countPatients = `${sideBySide},${byPatient}
select difference, count(*)::float8 as count from differing group by difference`;

/** $3 limit. */
export const listPatients = `${sideBySide},${byPatient}
select patient, difference from differing order by patient collate "C" limit $3`;

/** Contents of records that changed, a page at a time: $3 and $4 type and id behind which it begins, $5 limit. */
export const changedContents = `${sideBySide}
select p.type, p.id, vb.content as before, va.content as after
from pairs as p
join versions as vb on vb.generation = $1 and vb.type = p.type and vb.id = p.id and vb.position = p.position_before
join versions as va on va.generation = $2 and va.type = p.type and va.id = p.id and va.position = p.position_after
where p.changed and (p.type, p.id) > ($3, $4)
order by p.type collate "C", p.id collate "C"
limit $5`;
