import type { Say } from '../words/words.js';

/** Two units at most, the first that is not zero: `3 min 20 s`. Tenths below ten seconds. */
export const writeSeconds = (seconds: number, say: Say): string => {
  if (seconds < 0) return writeSeconds(0, say);
  const decimal = (n: number): string => (say.language === 'fr' ? String(n).replace('.', ',') : String(n));
  if (seconds < 9.95) return say('unit.seconds', { n: decimal(Math.round(seconds * 10) / 10) });
  const whole = Math.round(seconds);
  const [days, hours, minutes, rest] = [
    Math.floor(whole / 86_400),
    Math.floor((whole % 86_400) / 3600),
    Math.floor((whole % 3600) / 60),
    whole % 60,
  ];
  const parts = [
    { n: days, text: say('unit.days', { n: days }) },
    { n: hours, text: say('unit.hours', { n: hours }) },
    { n: minutes, text: say('unit.minutes', { n: minutes }) },
    { n: rest, text: say('unit.seconds', { n: rest }) },
  ];
  const first = parts.findIndex(({ n }) => n > 0);
  return parts
    .slice(first, first + 2)
    .filter(({ n }) => n > 0)
    .map(({ text }) => text)
    .join(' ');
};
