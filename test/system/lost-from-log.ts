import { decodeEvent, type Finess } from '#domain';
import type { EstablishmentLog } from '#usecases';

/** Every message id of a log with its positions, in the order of the log, read from the bytes that followers are served. */
export const messagesIn = async (
  log: EstablishmentLog,
  establishment: Finess,
): Promise<ReadonlyMap<string, readonly number[]>> => {
  const { first, last } = await log.range(establishment);
  const positions = new Map<string, number[]>();
  for await (const entries of log.read(establishment, first, last))
    for (const { position, value } of entries) {
      const { messageId } = decodeEvent(value).event;
      positions.set(messageId, [...(positions.get(messageId) ?? []), position]);
    }
  if (positions.size === 0) throw new Error(`the log of ${establishment} holds nothing: that proves nothing`);
  return positions;
};

/** Those of the acknowledged ids that the log does not have. */
export const lostFrom = (
  log: ReadonlyMap<string, readonly number[]>,
  acknowledged: readonly string[],
): readonly string[] => acknowledged.filter((id) => !log.has(id));
