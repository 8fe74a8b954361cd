import type { Segment } from '../message/segment.js';

/** NTE-3 of each note, its repetitions as lines. */
export const noteTexts = (notes: readonly Segment[]): readonly string[] =>
  notes.flatMap((nte) => {
    const text = nte
      .repetitions(3)
      .map((line) => line.whole())
      .join('\n');
    return text.trim() === '' ? [] : [text];
  });
