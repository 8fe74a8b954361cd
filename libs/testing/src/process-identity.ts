export * from '../process-identity.mjs';
