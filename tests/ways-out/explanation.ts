import { askedFor, EVERY_EDGE, told, type WayOut } from './way-out.js';

/** What would be answered, told without answering. */
export const wayOut: WayOut = {
  name: 'the explanation',
  rootFields: ['explainAccess'],
  tells: EVERY_EDGE,
  async disclose(world, scene) {
    const query = `{ explainAccess(recordType: "BorderCrossing", ${askedFor(scene)}) { outcome } }`;
    const as = `${scene.recipient}:ANALYST`;
    const [line] = await told<readonly { readonly outcome: string }[]>(world, as, query, 'explainAccess');
    return line !== undefined && line.outcome !== 'WITHHELD';
  },
};
