export * from './directory/directory.js';
export * from './directory/directory-event.js';
export * from './ports/directory-log.js';
export * from './ports/establishment-log.js';
export * from './ports/generation-builder.js';
export * from './ports/refusal-journal.js';
export * from './ports/replica-store.js';
