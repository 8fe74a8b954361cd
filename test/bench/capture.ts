import type { BenchSystem } from './bench-system.js';
import type { Report } from './report.js';
export const benchCapture = async (_s: BenchSystem, _e: number): Promise<Report> => {
  throw new Error('todo');
};
