import { expect, it } from 'vitest';
import { idleSettings } from './idle-settings.js';

it.each([
  [
    {},
    { REPRISE_GATEWAY_PORT: '9000', REPRISE_DATA_DIR: '/d', REPRISE_CACHE_DIR: '/c', HOME: '/', REPRISE_NO: '' },
    [],
  ],
  [{}, { REPRISE_NOSUCH: '1' }, ['REPRISE_NOSUCH is no setting of npm start: it has no effect']],
  [
    { portBase: 17_000 },
    { REPRISE_GATEWAY_PORT: '9000' },
    ['REPRISE_GATEWAY_PORT has no effect: --port-base gives all ports'],
  ],
  [
    { ephemeral: true },
    { REPRISE_DATA_DIR: '/d' },
    ['REPRISE_DATA_DIR has no effect: --ephemeral has a temporary folder of its own'],
  ],
])('with %j of %j it is said what has no effect', (flags, environment, said) => {
  expect(idleSettings({ ephemeral: false, ...flags }, environment)).toEqual(said);
});
