import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '#domain';
import { PageCursor } from './page-cursor.js';

describe('a page cursor', () => {
  const question = fc.array(fc.string(), { maxLength: 4 });
  it('gives back the place for the question that it was made for, and for no other', () => {
    fc.assert(
      fc.property(question, question, fc.array(fc.oneof(fc.string(), fc.integer())), (madeFor, other, place) => {
        const cursor = PageCursor.write(madeFor, place);
        expect(PageCursor.read(madeFor, cursor)).toEqual(place);
        fc.pre(JSON.stringify(madeFor) !== JSON.stringify(other));
        expect(() => PageCursor.read(other, cursor)).toThrow(Failure);
      }),
    );
  });
  it('made by nobody is refused, not read', () => {
    fc.assert(
      fc.property(fc.string(), (raw) => {
        expect(() => PageCursor.read(['q'], raw)).toThrow(Failure);
      }),
    );
  });
});
