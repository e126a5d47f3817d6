// Growth in clauses: the same page, asked by an agency with about ten clauses and by one with a hundred thousand.
// Same hub, same databases, same rows; rounds interleaved. Both agencies own no such records, so their answers are equal.
import { load } from './load.mjs';
import { checkEqual } from './measure.mjs';
import { FIELDS, PURPOSE, SHARED_FROM, STYLES } from './questions.mjs';

const CLAUSES_OF_FILE = 1_000;
const CONNECTIONS = [16, 1];
const WARM_MS = 1_500;
const SECTIONS = 31;

/** Who asks with few clauses, who with many: agencies of the demo world that own no border crossings. */
export const FEW = 'AL-MOI';
export const MANY = 'EU-BCG';

const SHOWN = Object.fromEntries(Object.keys(FIELDS).map((name) => [name, 'CLEAR']));
const OWNER_OF = { AL: 'AL-BMP', BA: 'BA-BP', MK: 'MK-BP', XK: 'XK-BP' };
const OWNERS = Object.entries(SHARED_FROM).map(([database, from]) => ({
  database,
  from,
  owner: OWNER_OF[database.slice(0, 2)],
}));

/** The clauses the page is answered under: four owners, each from a day of its own on. */
const asked = (assignee) =>
  OWNERS.map(({ database, from, owner }, index) => ({
    article: `1.${index + 1}`,
    kind: 'PERMISSION',
    assigner: owner,
    assignee,
    database,
    action: 'READ',
    purposes: [PURPOSE],
    rows: { field: 'detectedAt', op: 'gte', value: from },
    fields: SHOWN,
  }));

/** Every other one would serve the page too, under the same condition as the owner's first; the rest is for other purposes. */
const further = (index) => {
  const { database, from, owner } = OWNERS[index % OWNERS.length];
  const isAsked = index % 2 === 0;
  return {
    article: `2.${index + 1}`,
    kind: 'PERMISSION',
    assigner: owner,
    assignee: MANY,
    database,
    action: 'READ',
    purposes: [isAsked ? PURPOSE : 'BORDER_SURVEILLANCE'],
    rows: isAsked
      ? { field: 'detectedAt', op: 'gte', value: from }
      : { field: 'borderSection', op: 'eq', value: `S-${index % SECTIONS}` },
    fields: SHOWN,
  };
};

/** The agreements of both agencies: one of four clauses, and as many of a thousand as it takes. */
export function growthAgreements(clauses) {
  const files = Math.ceil(clauses / CLAUSES_OF_FILE);
  const many = Array.from({ length: files }, (_, file) => {
    const count = Math.min(CLAUSES_OF_FILE, clauses - file * CLAUSES_OF_FILE);
    const filler = Array.from({ length: file === 0 ? count - OWNERS.length : count }, (_none, index) =>
      further(file * CLAUSES_OF_FILE + index),
    );
    return agreement(`AGR-2025-${1_000 + file}`, MANY, file === 0 ? [...asked(MANY), ...filler] : filler);
  });
  return [agreement('AGR-2025-901', FEW, asked(FEW)), ...many];
}

function agreement(reference, assignee, clauses) {
  return {
    reference,
    title: 'Records for the measuring stand: growth in clauses',
    parties: [...OWNERS.map(({ owner }) => owner), assignee],
    legalBasis: 'None; a measuring stand with invented records',
    timeZone: 'Europe/Tirane',
    from: '2024-01-01',
    until: '2044-01-01',
    clauses,
  };
}

/** @param hub the hub's address and a token of each of the two agencies */
export async function measureGrowth({ url, tokens }, variables, { rounds, milliseconds }, say) {
  const style = { page: askedOf(STYLES.hub.page) };
  const systems = [FEW, MANY].map((name) => ({
    name,
    url,
    headers: { authorization: `Bearer ${tokens[name]}` },
    style,
  }));
  await checkEqual(systems, { page: variables.page }, ['page']);
  const bodies = variables.page.map(style.page.body);
  const once = ({ headers }, connections, duration) =>
    load({ url, headers, bodies, connections, milliseconds: duration });
  for (const system of systems) await once(system, 4, WARM_MS);
  const results = [];
  for (let round = 0; round < rounds; round += 1) {
    say(`growth, round ${round + 1} of ${rounds}`);
    for (const connections of CONNECTIONS) {
      for (const system of round % 2 === 0 ? systems : [...systems].reverse()) {
        const result = await once(system, connections, milliseconds);
        if (result.errors > 0) throw new Error(`${system.name}: ${result.errors} errors, first: ${result.firstError}`);
        results.push({ round, connections, system: system.name, ...result });
      }
    }
  }
  return results;
}

/** The hub's page without the asker's own database: neither of these two has one. */
function askedOf({ body, rows }) {
  const databases = JSON.stringify(OWNERS.map(({ database }) => database));
  return {
    body: (values) => {
      const { query, variables } = JSON.parse(body(values));
      return JSON.stringify({ query: query.replace(/databases: \[[^\]]*\]/, `databases: ${databases}`), variables });
    },
    rows,
  };
}
