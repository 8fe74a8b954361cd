// @ts-check
/** What `npm run bench` and `npm run fuzz` can be asked for: told before anything is built. */
export const knownParts = /** @type {const} */ ({
  bench: ['capture', 'live', 'restore', 'read', 'soak', 'withstand'],
  fuzz: ['hl7', 'mllp', 'fhir', 'cloudevents', 'represented'],
});
