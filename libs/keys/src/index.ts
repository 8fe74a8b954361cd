export * from './folder-key-store.js';
