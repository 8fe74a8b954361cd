const blocks = '▁▂▃▄▅▆▇█';
/** Where the terminal has no Unicode. */
const marks = '.:-=+*#@';

/**
 * A chart is never wider: beyond, neighbours share a character, which shows the most of them.
 * @limit Command line | characters of the chart of a summary | neighbouring minutes share a character
 */
export const chartWidthMax = 48;

/** One character a piece of time, as high as its share of the most; a blank where nothing came. Empty for no numbers. */
export const blockChart = (counts: readonly number[], hasUnicode: boolean): string => {
  const each = Math.ceil(counts.length / chartWidthMax);
  const columns = Array.from({ length: Math.ceil(counts.length / (each || 1)) }, (_, at) =>
    Math.max(...counts.slice(at * each, (at + 1) * each)),
  );
  const most = Math.max(...columns);
  const levels = hasUnicode ? blocks : marks;
  return columns
    .map((count) => (count > 0 ? (levels[Math.ceil((count / most) * levels.length) - 1] ?? '') : ' '))
    .join('');
};
