/** What the parties of an agreement do, over GraphQL: each act in the role it falls to, each signature with the demo key. */
import { signAsDemo } from '../../examples/western-balkans/demo-keys.js';
import { dataOf, type WorldHub } from './world-hub.js';

/** An agreement as its file says it. */
export type Document = Readonly<Record<string, unknown>> & {
  readonly reference: string;
  readonly parties: readonly string[];
};

export interface Scope {
  readonly effectiveAt?: string;
  readonly assigner?: string;
  readonly article?: string;
}

export interface Parties {
  draft(agency: string, document: Document): Promise<void>;
  /** Drafts the next version of a finalised agreement. */
  amend(agency: string, document: Document): Promise<void>;
  offer(agency: string, reference: string): Promise<void>;
  accept(agency: string, reference: string): Promise<void>;
  sign(agency: string, reference: string): Promise<void>;
  suspend(agency: string, reference: string, reason: string, scope?: Scope): Promise<void>;
  resume(agency: string, reference: string, reason: string, scope?: Scope): Promise<void>;
  terminate(agency: string, reference: string, reason: string, scope?: Pick<Scope, 'effectiveAt'>): Promise<void>;
  attest(agency: string, duty: string, statement: string): Promise<void>;
  /** Offered by one party, accepted and signed by all: the wording it drafted is in force. */
  conclude(document: Document): Promise<void>;
}

const INPUT_OF: Readonly<Record<string, string>> = {
  offerAgreement: 'AgreementReference',
  acceptAgreement: 'AgreementReference',
  suspendAgreement: 'InterruptAgreement',
  resumeAgreement: 'InterruptAgreement',
};

/** The parties of a hub. Every act throws what it is refused with: code and message. */
export function partiesOf(world: WorldHub): Parties {
  async function act(as: string, mutation: string, input: object): Promise<void> {
    const type = INPUT_OF[mutation] ?? `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}`;
    const query = `mutation ($input: ${type}Input!) { ${mutation}(input: $input) { userErrors { path code message } } }`;
    const answered = await world.ask(query, as, { input });
    const { userErrors } = dataOf<{ readonly userErrors: readonly object[] }>(answered, mutation);
    if (userErrors.length > 0) throw new Error(JSON.stringify(userErrors));
  }
  const officer = (agency: string): string => `${agency}:POLICY_OFFICER`;
  const signatory = (agency: string): string => `${agency}:SIGNATORY`;
  const parties: Parties = {
    draft: (agency, document) => act(officer(agency), 'draftAgreement', document),
    amend: (agency, document) => act(officer(agency), 'amendAgreement', { document }),
    offer: (agency, reference) => act(officer(agency), 'offerAgreement', { reference }),
    accept: (agency, reference) => act(officer(agency), 'acceptAgreement', { reference }),
    async sign(agency, reference) {
      const query = 'query ($reference: String!) { agreement(reference: $reference) { negotiation { text } } }';
      const shown = await world.ask(query, signatory(agency), { reference });
      const { negotiation } = dataOf<{ readonly negotiation: { readonly text: string } }>(shown, 'agreement');
      await act(signatory(agency), 'signAgreement', { reference, signature: signAsDemo(agency, negotiation.text) });
    },
    suspend: (agency, reference, reason, scope = {}) =>
      act(signatory(agency), 'suspendAgreement', { reference, reason, ...scope }),
    resume: (agency, reference, reason, scope = {}) =>
      act(signatory(agency), 'resumeAgreement', { reference, reason, ...scope }),
    terminate: (agency, reference, reason, scope = {}) =>
      act(signatory(agency), 'terminateAgreement', { reference, reason, ...scope }),
    attest: (agency, duty, statement) => act(officer(agency), 'attestDuty', { duty, statement }),
    async conclude(document) {
      const { reference } = document;
      const [drafter = '', ...others] = document.parties;
      await parties.draft(drafter, document);
      await parties.offer(drafter, reference);
      for (const other of others) await parties.accept(other, reference);
      for (const party of document.parties) await parties.sign(party, reference);
    },
  };
  return parties;
}
