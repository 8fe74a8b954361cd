import { type AccessNote, accessOf } from '#platform';
import type { FastifyRequest } from 'fastify';

/** Says in the line of this access what was asked for, and whether identifiers or content are shown: before they are read. */
export const noteShown = (
  request: FastifyRequest,
  { interaction, ...note }: AccessNote & { readonly interaction: string },
  isShown: boolean,
): void => accessOf(request).note({ ...note, interaction: isShown ? `${interaction} with content` : interaction });
