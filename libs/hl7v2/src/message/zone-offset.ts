/** Minutes east of Greenwich, by zone and quarter of an hour: zones change their offset on quarters. */
const known = new Map<string, { readonly format: Intl.DateTimeFormat; readonly offsets: Map<number, number> }>();
const quarterMs = 900_000;
/**
 * Bounds the memory; live feeds ask for a few hundred quarters.
 * @limit Inside | offsets of a zone that are remembered | the memory begins anew
 */
const rememberedMax = 20_000;

const zoneOf = (timeZone: string): { readonly format: Intl.DateTimeFormat; readonly offsets: Map<number, number> } => {
  let zone = known.get(timeZone);
  if (zone === undefined) {
    const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
    zone = { format, offsets: new Map() };
    known.set(timeZone, zone);
  }
  return zone;
};

const minutesOf = (format: Intl.DateTimeFormat, at: number): number => {
  const name = format.formatToParts(at).find((part) => part.type === 'timeZoneName')?.value ?? '';
  const match = /^GMT([+-])(\d\d):(\d\d)/.exec(name);
  return match ? (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3])) : 0;
};

/** Offset of a zone at an instant (milliseconds since 1970), in minutes. */
export const offsetAt = (timeZone: string, at: number): number => {
  const { format, offsets } = zoneOf(timeZone);
  const quarter = Math.floor(at / quarterMs);
  let offset = offsets.get(quarter);
  if (offset === undefined) {
    if (offsets.size >= rememberedMax) offsets.clear();
    offset = minutesOf(format, quarter * quarterMs);
    offsets.set(quarter, offset);
  }
  return offset;
};

const dayMs = 86_400_000;

/**
 * The offset of a wall-clock time (written as if it were UTC). On the night on which the clock is put back an hour occurs
 * twice: the first of the two. A time that the clock jumped over is read with the offset before the jump.
 */
export const offsetOfWall = (
  timeZone: string,
  wall: number,
): { readonly minutes: number; readonly doubt?: 'ambiguous' | 'skipped' } => {
  const before = offsetAt(timeZone, wall - dayMs);
  const after = offsetAt(timeZone, wall + dayMs);
  if (before === after) return { minutes: before };
  const holds = (minutes: number): boolean => offsetAt(timeZone, wall - minutes * 60_000) === minutes;
  if (holds(before)) return holds(after) ? { minutes: before, doubt: 'ambiguous' } : { minutes: before };
  return holds(after) ? { minutes: after } : { minutes: before, doubt: 'skipped' };
};
