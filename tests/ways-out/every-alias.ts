import { askedFor, EVERY_EDGE, type WayOut } from './way-out.js';

/** The same right under several names of one document: any one of them would be enough. */
export const wayOut: WayOut = {
  name: 'any of several aliases',
  rootFields: [],
  tells: EVERY_EDGE,
  async disclose(world, scene) {
    const asked = askedFor(scene);
    const { body, text } = await world.ask(
      `{ one: borderCrossings(${asked}, first: 1) { nodes { id } }
         two: borderCrossings(${asked}, last: 1) { edges { shown: node { nationality } } }
         three: borderCrossing(id: "${scene.id}", purpose: ${scene.purpose}) { who: nationality }
         four: borderCrossingStatistics(${asked}, groupBy: []) { all: total } }`,
      `${scene.recipient}:ANALYST`,
    );
    const { one, two, three, four } = (body.data ?? {}) as {
      one?: { nodes: readonly unknown[] };
      two?: { edges: readonly unknown[] };
      three?: unknown;
      four?: { all: number | null };
    };
    if (one === undefined || two === undefined || four === undefined) throw new Error(text);
    return one.nodes.length > 0 || two.edges.length > 0 || three !== null || (four.all ?? 0) > 0;
  },
};
