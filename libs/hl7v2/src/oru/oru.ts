import type { Change } from '#domain';
import type { Mapping } from '../mapping/mapping.js';

export const oruChanges = (_mapping: Mapping): readonly Change[] => [];
