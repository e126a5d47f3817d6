import { told, type WayOut } from './way-out.js';

/** The agreement itself, as a party sees it. */
export const wayOut: WayOut = {
  name: 'the status of the agreement',
  rootFields: ['agreement', 'agreements'],
  tells: ['END', 'STANDING'],
  async disclose(world, { recipient, terms: { reference } }) {
    const as = `${recipient}:ANALYST`;
    const one = await told<Listed>(world, as, `{ agreement(reference: "${reference}") { status } }`, 'agreement');
    const query = '{ agreements(first: 200) { nodes { reference status } } }';
    const { nodes } = await told<{ nodes: readonly Listed[] }>(world, as, query, 'agreements');
    return (
      one.status === 'IN_FORCE' || nodes.some((node) => node.reference === reference && node.status === 'IN_FORCE')
    );
  },
};

interface Listed {
  readonly reference: string;
  readonly status: string;
}
