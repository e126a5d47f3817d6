import { askedFor, EVERY_EDGE, told, type WayOut } from './way-out.js';

interface Newest {
  readonly nodes: readonly { readonly sequence: number }[];
}
interface Counts {
  readonly cells: readonly { readonly records: number }[];
}

/** How many records the ledger counts in a list that the recipient asked for just now. */
export const wayOut: WayOut = {
  name: 'statistics of the ledger',
  rootFields: ['ledgerStatistics'],
  tells: EVERY_EDGE,
  async disclose(world, scene) {
    const auditor = `${scene.recipient}:AUDITOR`;
    await world.ask(`{ borderCrossings(${askedFor(scene)}, first: 1) { nodes { id } } }`, `${scene.recipient}:ANALYST`);
    const newest = '{ ledger(first: 1, where: { perspective: OWN }) { nodes { sequence } } }';
    const [entry] = (await told<Newest>(world, auditor, newest, 'ledger')).nodes;
    if (entry === undefined) throw new Error('the list that was asked for is not in the ledger');
    const where = `{ database: "${scene.database}", fromSequence: ${entry.sequence} }`;
    const query = `{ ledgerStatistics(where: ${where}, groupBy: []) { cells { records } } }`;
    const { cells } = await told<Counts>(world, auditor, query, 'ledgerStatistics');
    return cells.some(({ records }) => records > 0);
  },
};
