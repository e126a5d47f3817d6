import { told, type WayOut } from './way-out.js';

interface Notices {
  readonly nodes: readonly {
    readonly agreement: string | null;
    readonly kind: string;
    readonly dueAt: string | null;
  }[];
}

/** Notices tell rights as far as they tell that an agreement has ended. */
export const wayOut: WayOut = {
  name: 'the notices',
  rootFields: ['notices'],
  tells: ['END'],
  async disclose(world, { recipient, terms: { reference } }) {
    const query = '{ notices(first: 200) { nodes { agreement kind dueAt } } }';
    const { nodes } = await told<Notices>(world, `${recipient}:POLICY_OFFICER`, query, 'notices');
    return !nodes.some(({ agreement, kind }) => agreement === reference && kind === 'ENDED');
  },
};
