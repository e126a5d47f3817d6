import { askedFor, EVERY_EDGE, told, type WayOut } from './way-out.js';

/** The page behind a cursor that was given while the right held. */
export const wayOut: WayOut = {
  name: 'the next page of a list begun before',
  rootFields: [],
  tells: EVERY_EDGE,
  async disclose(world, scene) {
    const query = `{ borderCrossings(${askedFor(scene)}, first: 2, after: "${scene.cursor}") { nodes { id } } }`;
    const page = await told<{ nodes: readonly unknown[] }>(
      world,
      `${scene.recipient}:ANALYST`,
      query,
      'borderCrossings',
    );
    return page.nodes.length > 0;
  },
};
