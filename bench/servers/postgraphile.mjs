// The peer: PostGraphile 5 with the connection filter, row-level security by a setting of the transaction, no ledger.
import { createServer } from 'node:http';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { PostGraphileConnectionFilterPreset } from 'postgraphile-plugin-connection-filter';
import { ASKER } from '../questions.mjs';

const instance = postgraphile({
  extends: [PostGraphileAmberPreset, PostGraphileConnectionFilterPreset],
  pgServices: [
    makePgService({
      connectionString: process.env.DATABASE_URL,
      schemas: ['records'],
      pubsub: false,
      poolConfig: { idleTimeoutMillis: 0, max: 8 },
    }),
  ],
  grafserv: { graphqlPath: '/graphql', graphiql: false, websockets: false, watch: false },
  grafast: { explain: false, context: () => ({ pgSettings: { 'bench.agency': ASKER } }) },
});
const server = createServer();
server.on('error', (error) => {
  console.error(error);
  process.exit(1);
});
await instance.createServ(grafserv).addTo(server);
if (process.env.PRINT_SCHEMA !== undefined) {
  const { printSchema } = await import('graphql');
  console.log(printSchema((await instance.getSchemaResult()).schema));
  process.exit(0);
}
server.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('ready'));
