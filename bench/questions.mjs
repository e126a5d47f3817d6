// What is asked of every system: the same page and the same record, in each system's own words.
// A system's `body` makes one HTTP body from one set of variables; `rows` reads its answer back for the comparison.

/** The ten fields of design 10, SDL names and columns. */
export const FIELDS = {
  detectedAt: 'detected_at',
  borderSection: 'border_section',
  direction: 'direction',
  nationality: 'nationality',
  sex: 'sex',
  personsCount: 'persons_count',
  groupSize: 'group_size',
  route: 'route',
  transportMode: 'transport_mode',
  outcome: 'outcome',
};

/** Who asks, for what, and from when on each owner shares: what `agreement.yaml` says, for the peers that cannot read it. */
export const ASKER = 'ME-BP';
export const PURPOSE = 'RISK_ANALYSIS';
export const OWN_DATABASE = 'ME-BORDER-CROSSINGS';
export const SHARED_FROM = {
  'AL-BORDER-CROSSINGS': '2021-01-11T00:00:00.000Z',
  'BA-BORDER-CROSSINGS': '2021-01-21T00:00:00.000Z',
  'MK-BORDER-CROSSINGS': '2021-01-31T00:00:00.000Z',
  'XK-BORDER-CROSSINGS': '2021-02-10T00:00:00.000Z',
};
export const READABLE = [OWN_DATABASE, ...Object.keys(SHARED_FROM)];

const PAGE_SIZE = 50;
const NAMES = Object.keys(FIELDS).join(' ');

const hubPage = `query Page($from: DateTime!, $before: DateTime!) {
  borderCrossings(purpose: ${PURPOSE}, databases: ${JSON.stringify(READABLE)}, first: ${PAGE_SIZE},
    where: { detectedAt: { gte: $from, lt: $before } }, orderBy: [{ field: DETECTED_AT, direction: DESC }]) { nodes { ${NAMES} } } }`;
const hubRecord = `query Record($id: ID!) { borderCrossing(id: $id, purpose: ${PURPOSE}) { ${NAMES} } }`;

const peerPage = (owners) => `query Page($from: Datetime!, $before: Datetime!${owners ? ', $owners: [Int!]!' : ''}) {
  allBorderCrossings(first: ${PAGE_SIZE}, orderBy: [DETECTED_AT_DESC, ROW_ID_ASC],
    filter: { detectedAt: { greaterThanOrEqualTo: $from, lessThan: $before }${owners ? ', databaseId: { in: $owners }' : ''} }) { nodes { ${NAMES} } } }`;
const peerRecord = `query Record($database: Int!, $id: BigInt!) {
  borderCrossingByDatabaseIdAndRowId(databaseId: $database, rowId: $id) { ${NAMES} } }`;

const graphql = (query, variables) => JSON.stringify({ query, variables });

export const STYLES = {
  limit: {
    page: { body: ({ from, before }) => JSON.stringify({ page: [from, before] }), rows: (data) => data.nodes },
    record: {
      body: ({ database, rawId }) => JSON.stringify({ record: [database, rawId] }),
      rows: (data) => [data.node],
    },
  },
  hub: {
    page: {
      body: ({ from, before }) => graphql(hubPage, { from, before }),
      rows: (data) => data.borderCrossings.nodes,
    },
    record: { body: ({ sealedId }) => graphql(hubRecord, { id: sealedId }), rows: (data) => [data.borderCrossing] },
  },
  peer: {
    page: {
      body: ({ from, before }) => graphql(peerPage(false), { from, before }),
      rows: (data) => data.allBorderCrossings.nodes,
    },
    record: {
      body: ({ database, rawId }) => graphql(peerRecord, { database, id: rawId }),
      rows: (data) => [data.borderCrossingByDatabaseIdAndRowId],
    },
  },
  tunedPeer: {
    page: {
      body: ({ from, before, owners }) => graphql(peerPage(true), { from, before, owners }),
      rows: (data) => data.allBorderCrossings.nodes,
    },
    record: {
      body: ({ database, rawId }) => graphql(peerRecord, { database, id: rawId }),
      rows: (data) => [data.borderCrossingByDatabaseIdAndRowId],
    },
  },
};

export const QUESTIONS = { page: `Page of ${PAGE_SIZE} × ${Object.keys(FIELDS).length}`, record: 'One record by id' };
