import { askedFor, EVERY_EDGE, oneOf, perType, told, type WayOut } from './way-out.js';

/** A table of counts: a right to read includes it. */
export const wayOut: WayOut = {
  name: 'statistics',
  rootFields: perType((type) => `${oneOf(type)}Statistics`),
  tells: EVERY_EDGE,
  async disclose(world, scene) {
    const query = `{ borderCrossingStatistics(${askedFor(scene)}, groupBy: [NATIONALITY]) { total cells { count } } }`;
    const as = `${scene.recipient}:ANALYST`;
    const table = await told<{ total: number | null; cells: readonly unknown[] }>(
      world,
      as,
      query,
      'borderCrossingStatistics',
    );
    return (table.total ?? 0) > 0 || table.cells.length > 0;
  },
};
