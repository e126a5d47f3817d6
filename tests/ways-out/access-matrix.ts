import { told, type WayOut } from './way-out.js';

interface Cell {
  readonly database: string;
  readonly recipient: string;
  readonly purpose: string;
  readonly action: string;
  readonly status: string;
  readonly reason: string | null;
}

/** Who shares what with whom. How much of a quota is used it does not tell. */
export const wayOut: WayOut = {
  name: 'the access matrix',
  rootFields: ['accessMatrix'],
  tells: ['END', 'STANDING', 'CLAUSE', 'HOURS'],
  async disclose(world, scene) {
    const query = '{ accessMatrix { cells { database recipient purpose action status reason } } }';
    const as = `${scene.recipient}:ANALYST`;
    const { cells } = await told<{ cells: readonly Cell[] }>(world, as, query, 'accessMatrix');
    return cells.some(
      ({ database, recipient, purpose, action, status, reason }) =>
        database === scene.database &&
        recipient === scene.recipient &&
        purpose === scene.purpose &&
        action === 'READ' &&
        status === 'IN_FORCE' &&
        reason === null,
    );
  },
};
