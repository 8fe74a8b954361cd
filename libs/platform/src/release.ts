/** As the apps tell of themselves: of the release, not of the asking. */
export const release = { software: { name: 'Reprise', version: '0.1.0' }, date: '2026-11-24' } as const;
