import { askedFor, EVERY_EDGE, told, type WayOut } from './way-out.js';

/** The owner's own records through the recipient's eyes. */
export const wayOut: WayOut = {
  name: 'what the owner sees as the recipient',
  rootFields: [],
  tells: EVERY_EDGE,
  async disclose(world, scene) {
    const query = `{ borderCrossings(${askedFor(scene)}, first: 1, viewAs: "${scene.recipient}") { nodes { id } } }`;
    const page = await told<{ nodes: readonly unknown[] }>(world, `${scene.owner}:ANALYST`, query, 'borderCrossings');
    return page.nodes.length > 0;
  },
};
