import { told, type WayOut } from './way-out.js';

interface Rights {
  readonly mayAsk: readonly { readonly database: string; readonly purpose: string }[];
}

/** The list of what the caller may ask for. What is left of a quota, and the hour, it does not tell. */
export const wayOut: WayOut = {
  name: 'the list of one’s own rights',
  rootFields: ['viewer'],
  tells: ['END', 'STANDING', 'CLAUSE'],
  async disclose(world, { recipient, database, purpose }) {
    const query = '{ viewer { mayAsk { database purpose } } }';
    const { mayAsk } = await told<Rights>(world, `${recipient}:ANALYST`, query, 'viewer');
    return mayAsk.some((right) => right.database === database && right.purpose === purpose);
  },
};
