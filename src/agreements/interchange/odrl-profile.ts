/**
 * The terms Besa adds to ODRL 2.2: what ODRL has no word for. An ODRL processor that does not know the profile must not act on a
 * policy that names it, so nothing here is ever read as a wider right.
 *
 * @see W3C Recommendation "ODRL Information Model 2.2", section 5 (profile mechanism); docs/interchange.md
 */
export const PROFILE_IRI = 'urn:besa:odrl:1#';

export type TermKind = 'Action' | 'LeftOperand' | 'Operator' | 'LogicalOperand' | 'Property';

export interface ProfileTerm {
  readonly kind: TermKind;
  /** what it means, in one sentence */
  readonly meaning: string;
}

const action = (meaning: string): ProfileTerm => ({ kind: 'Action', meaning });
const leftOperand = (meaning: string): ProfileTerm => ({ kind: 'LeftOperand', meaning });
const operator = (meaning: string): ProfileTerm => ({ kind: 'Operator', meaning });
const property = (meaning: string): ProfileTerm => ({ kind: 'Property', meaning });

export const PROFILE_TERMS = {
  match: action(
    'learn whether a value one already has is on record: hit or no hit, no other field; included in odrl:read',
  ),
  count: action('learn counts and sums of records, no record; included in odrl:read'),
  export: action('take records out as a file; includes odrl:read'),
  eraseOrReturn: action('erase, or give back, what was received'),
  fulfil: action('do what the statement of the duty says, and attest it'),
  recordField: leftOperand('the value of the field named by besa:field, of each record'),
  dataSubjectCategory: leftOperand('what the person is in the case (Directive (EU) 2016/680, article 6)'),
  handlingCode: leftOperand('handling code of the record, H0 to H3'),
  recordAge: leftOperand('time since what the record tells of happened'),
  legalRegime: leftOperand('legal regime of the purpose'),
  justification: leftOperand('the reason given with the request; REQUIRED, or a mask it must hold'),
  localHours: leftOperand('time of day in the agreement’s time zone, half-open'),
  cellSize: leftOperand('count of records in a cell of statistics that may be told'),
  zeroPolicy: leftOperand('whether an empty cell of statistics may be known to be empty'),
  rowsInAnswer: leftOperand('number of records in one answer'),
  distinctSubjects: leftOperand('number of different records disclosed in a period'),
  retention: leftOperand('how long the recipient keeps what it received'),
  onwardDepth: leftOperand('how often what was received may be handed on'),
  evidence: leftOperand('what is kept of the values shown, to prove them later: VALUES, a salted commitment to them'),
  startsWith: operator('the text begins with the right operand'),
  contains: operator('the text, or the list, holds the right operand'),
  isAbsent: operator('the value is absent (right operand true) or present (false)'),
  not: {
    kind: 'LogicalOperand',
    meaning: 'true where the one constraint it holds is false; unknown where it is unknown',
  },
  field: property('name of a field of the record type'),
  shows: property('which fields are shown, each with its treatment; others are withheld'),
  treatment: property('CLEAR, GENERALISED, MASKED, PSEUDONYM or WITHHELD'),
  step: property('step of the field’s ladder a generalised value is shown at'),
  withholds: property('names of the fields a prohibition withholds; absent = the whole record'),
  sensitivity: property('sensitivity categories whose fields a prohibition withholds'),
  article: property('number of the clause in the agreement'),
  per: property('the period a count starts again with: day or month of the agreement’s time zone'),
  statement: property('the words of a duty'),
  within: property('duration after which a duty is overdue'),
  every: property('duration after which a duty is owed again'),
  reference: property('reference of the agreement among its parties'),
  version: property('number of the version'),
  contentHash: property('SHA-256 of the signed text, hexadecimal'),
  previousHash: property('the same of the version before'),
  title: property('title of the agreement'),
  legalBasis: property('what law the agreement rests on'),
  timeZone: property('IANA name of the time zone its dates are in'),
  parties: property('all agencies that signed'),
  amendmentNotice: property('notice of one side’s tightening'),
  terminationNotice: property('notice of termination'),
} as const satisfies Record<string, ProfileTerm>;

export type ProfileTermName = keyof typeof PROFILE_TERMS;

/** `besa:field`: a term of the profile as it stands in a document. */
export function besa<Name extends ProfileTermName>(name: Name): `besa:${Name}` {
  return `besa:${name}`;
}

/** What every document of the profile names first. */
export const ODRL_CONTEXT = ['http://www.w3.org/ns/odrl.jsonld', { besa: PROFILE_IRI }] as const;

const KIND_IRIS: Readonly<Record<TermKind, string>> = {
  Action: 'odrl:Action',
  LeftOperand: 'odrl:LeftOperand',
  Operator: 'odrl:Operator',
  LogicalOperand: 'rdf:Property',
  Property: 'rdf:Property',
};

/** The profile itself as JSON-LD: each term with its class and meaning. What `docs/odrl-profile.jsonld` holds. */
export function profileDocument(): { readonly [key: string]: unknown } {
  return {
    '@context': {
      besa: PROFILE_IRI,
      odrl: 'http://www.w3.org/ns/odrl/2/',
      rdf: 'http://www.w3.org/1999/02/22-rdf-syntax-ns#',
      rdfs: 'http://www.w3.org/2000/01/rdf-schema#',
      skos: 'http://www.w3.org/2004/02/skos/core#',
    },
    '@graph': Object.entries(PROFILE_TERMS).map(([name, { kind, meaning }]) => ({
      '@id': `besa:${name}`,
      '@type': KIND_IRIS[kind],
      'rdfs:label': name,
      'skos:definition': meaning,
      ...(kind === 'Action' ? { 'odrl:includedIn': { '@id': 'odrl:use' } } : {}),
    })),
  };
}
