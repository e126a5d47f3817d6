import { told, type WayOut } from './way-out.js';

interface Inbox {
  readonly nodes: readonly { readonly agreement: string | null; readonly at: string }[];
}

/** The inbox tells rights as far as it tells that an agreement has ended, and since when. */
export const wayOut: WayOut = {
  name: 'the inbox',
  rootFields: ['inbox'],
  tells: ['END'],
  async disclose(world, { recipient, terms: { reference } }) {
    const query = '{ inbox(first: 200, kinds: [ENDED]) { nodes { agreement at } } }';
    const { nodes } = await told<Inbox>(world, `${recipient}:ANALYST`, query, 'inbox');
    // What was told stays told: of a clock that a test sets back, the end lies ahead again.
    const { rows } = await world.owner.query<{ now: Date }>('select besa.besa_now() as now');
    const now = rows[0]?.now.getTime() ?? 0;
    return !nodes.some(({ agreement, at }) => agreement === reference && Date.parse(at) <= now);
  },
};
