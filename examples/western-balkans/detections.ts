import type { Cell } from './figures.js';

/** The published counts as records: one for each month and nationality of the route. No person stands behind a single one. */
export function detectionCount({ year, month, nationality, detections }: Cell): Readonly<Record<string, unknown>> {
  return {
    detectedMonth: `${year}-${String(month).padStart(2, '0')}-01`,
    route: 'Western Balkan Route',
    borderType: 'Land',
    nationality,
    detections,
  };
}
