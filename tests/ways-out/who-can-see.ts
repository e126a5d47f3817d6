import { told, type WayOut } from './way-out.js';

interface View {
  readonly recipient: string;
  readonly database: string;
  readonly purpose: string;
  readonly action: string;
}

/** What the owner is told of who sees its records. What is left of a quota it does not tell. */
export const wayOut: WayOut = {
  name: 'what the owner is told of who can see',
  rootFields: ['whoCanSee'],
  tells: ['END', 'STANDING', 'CLAUSE', 'HOURS'],
  async disclose(world, { owner, recipient, database, purpose }) {
    const query = `{ whoCanSee(database: "${database}") { recipient database purpose action } }`;
    const views = await told<readonly View[]>(world, `${owner}:STEWARD`, query, 'whoCanSee');
    return views.some((view) => view.recipient === recipient && view.purpose === purpose && view.action === 'READ');
  },
};
