export * from './folder-key-store.js';
export * from './folder-trusted-keys.js';
export * from './make-signing-key.js';
