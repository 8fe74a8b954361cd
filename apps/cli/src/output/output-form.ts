/** How data leaves the terminal. */
export const outputs = ['table', 'json', 'jsonl', 'csv'] as const;
export type Output = (typeof outputs)[number];
