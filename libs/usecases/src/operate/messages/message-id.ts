import { Failure, Finess, Position } from '#domain';

/** A message as operators name it: `750712184-812` in the log, `750712184-r3` in the journal of what was refused. */
export interface MessageId {
  readonly establishment: Finess;
  readonly kept: 'log' | 'journal';
  readonly position: Position;
}

const shape = /^([0-9A-Z]{9})-(r?)(\d{1,15})$/;

export const MessageId = {
  text: ({ establishment, kept, position }: MessageId): string =>
    `${establishment}-${kept === 'journal' ? 'r' : ''}${position}`,
  /** `hint`: what shows ids of the kind that is asked for. */
  parse(raw: string, hint = '`reprise messages` shows them'): MessageId {
    const [, finess = '', refused, position = ''] = shape.exec(raw) ?? [];
    if (position === '') throw new Failure('input.invalid', `no message id: "${raw.slice(0, 60)}"`, hint);
    return {
      establishment: Finess.parse(finess),
      kept: refused === 'r' ? 'journal' : 'log',
      position: Position.parse(position),
    };
  },
};
