import { askedFor, EVERY_EDGE, told, type WayOut } from './way-out.js';

interface Entries {
  readonly nodes: readonly { readonly asks: readonly { readonly lines: readonly Line[] }[] }[];
}
interface Line {
  readonly outcome: string;
}

/** What the recipient's auditor reads of a list that was asked for just now. */
export const wayOut: WayOut = {
  name: 'the ledger',
  rootFields: ['ledger'],
  tells: EVERY_EDGE,
  async disclose(world, scene) {
    await world.ask(`{ borderCrossings(${askedFor(scene)}, first: 1) { nodes { id } } }`, `${scene.recipient}:ANALYST`);
    const query = '{ ledger(first: 1) { nodes { asks { lines { outcome } } } } }';
    const { nodes } = await told<Entries>(world, `${scene.recipient}:AUDITOR`, query, 'ledger');
    const lines = nodes.flatMap(({ asks }) => asks.flatMap((ask) => ask.lines));
    if (lines.length === 0) throw new Error('the list that was asked for is not the newest entry');
    return lines.some(({ outcome }) => outcome !== 'WITHHELD');
  },
};
