import { dataOf } from '../journeys/world-hub.js';
import type { WayOut } from './way-out.js';

const QUERY = `query ($document: DraftAgreementInput!) { simulateAgreement(input: { document: $document }) {
  simulation { directions { assigner gains { purpose: purposes database action } } } userErrors { code message } } }`;

interface Simulated {
  readonly simulation: {
    readonly directions: readonly {
      readonly assigner: string;
      readonly gains: readonly {
        readonly purpose: readonly string[];
        readonly database: string;
        readonly action: string;
      }[];
    }[];
  } | null;
}

/** The gains of another agreement that says the same for all time: none, where the right holds. Quotas are taken as unused. */
export const wayOut: WayOut = {
  name: 'the simulation',
  rootFields: ['simulateAgreement'],
  tells: ['END', 'STANDING', 'CLAUSE'],
  async disclose(world, { owner, recipient, database, purpose, terms }) {
    const { framework: _framework, ...same } = terms;
    const [{ from: _from, until: _until, ...clause } = {}] = terms.clauses as readonly Record<string, unknown>[];
    const document = {
      ...same,
      reference: `${terms.reference}-AGAIN`,
      from: '2026-11-01',
      until: '2049-01-01',
      clauses: [clause],
    };
    const answered = await world.ask(QUERY, `${recipient}:POLICY_OFFICER`, { document });
    const { simulation } = dataOf<Simulated>(answered, 'simulateAgreement');
    if (simulation === null) throw new Error(answered.text);
    const gains = simulation.directions.filter(({ assigner }) => assigner === owner).flatMap((one) => one.gains);
    return !gains.some(
      (gain) => gain.database === database && gain.action === 'READ' && gain.purpose.includes(purpose),
    );
  },
};
