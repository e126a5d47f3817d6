import { askedFor, EVERY_EDGE, perType, told, type WayOut } from './way-out.js';

interface Page {
  readonly nodes: readonly unknown[];
}

/** A page of records. */
export const wayOut: WayOut = {
  name: 'a list',
  rootFields: perType(({ plural }) => plural),
  tells: EVERY_EDGE,
  async disclose(world, scene) {
    const query = `{ borderCrossings(${askedFor(scene)}, first: 2) { nodes { id nationality } } }`;
    const { nodes } = await told<Page>(world, `${scene.recipient}:ANALYST`, query, 'borderCrossings');
    return nodes.length > 0;
  },
};
