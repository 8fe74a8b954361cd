import type { FrameItem } from '#hl7v2';
import type { LineFault } from './line-faults.js';

/** What came on a line, in its order. */
export type LineItem = FrameItem | LineFault;

export const isFault = (item: LineItem): item is LineFault => item.kind !== 'frame' && item.kind !== 'too-large';

/** What it holds in memory. */
export const sizeOf = (item: LineItem): number => {
  switch (item.kind) {
    case 'frame':
    case 'cut-off':
      return item.bytes.byteLength;
    case 'too-large':
      return item.start.byteLength;
    case 'outside-frame':
    case 'not-taken':
    case 'without-cr':
      return 0;
  }
};
