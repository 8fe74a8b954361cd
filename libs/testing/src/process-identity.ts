export * from '../../platform/process-identity.mjs';
