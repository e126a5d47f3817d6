// L, the limit: node:http and pg, one prepared statement per question, text cells and a compiled serialiser.
// No GraphQL, no agreements, no row-level security, no ledger: what is left is HTTP, the driver and the query itself.
import http from 'node:http';
import { Pool } from 'pg';
import { FIELDS, OWN_DATABASE, SHARED_FROM } from '../questions.mjs';

const pool = new Pool({
  connectionString: process.env.DATABASE_URL,
  max: 8,
  idleTimeoutMillis: 0,
  options: '-c plan_cache_mode=force_generic_plan -c timezone=UTC',
});

const ids = new Map(
  (await pool.query('select code, id from besa.shared_database')).rows.map(({ code, id }) => [code, id]),
);
// The only form that prunes partitions: each owner a constant with its own condition.
const readable = [
  `c.database_id = ${ids.get(OWN_DATABASE)}`,
  ...Object.entries(SHARED_FROM).map(
    ([code, from]) => `(c.database_id = ${ids.get(code)} and c.detected_at >= '${from}')`,
  ),
].join(' or ');
const columns = Object.values(FIELDS)
  .map((column) => `c.${column}`)
  .join(', ');
const TEXTS = {
  page: `select ${columns} from records.border_crossing c where (${readable}) and c.detected_at >= $1 and c.detected_at < $2
    order by c.detected_at desc nulls last, c.id limit 50`,
  record: `select ${columns} from records.border_crossing c where (${readable}) and c.database_id = $1 and c.id = $2`,
};

const asText = { getTypeParser: () => (value) => value };
const INTEGER = 23;
const INSTANT = 1184;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON escapes exactly these
const NEEDS_ESCAPE = /["\\\u0000-\u001f]/;
const text = (value) => (NEEDS_ESCAPE.test(value) ? JSON.stringify(value) : `"${value}"`);
const instant = (value) => `"${value.slice(0, 10)}T${value.slice(11, -3)}Z"`;
const serialisers = new Map();

function serialiser(question, fields) {
  const known = serialisers.get(question);
  if (known !== undefined) return known;
  const names = Object.keys(FIELDS);
  const cells = fields.map(({ dataTypeID }, index) => ({
    prefix: `${index === 0 ? '{' : ','}"${names[index]}":`,
    write: dataTypeID === INTEGER ? (value) => value : dataTypeID === INSTANT ? instant : text,
  }));
  const made = (row) => {
    let json = '';
    for (let index = 0; index < cells.length; index += 1) {
      const value = row[index];
      json += cells[index].prefix + (value === null ? 'null' : cells[index].write(value));
    }
    return `${json}}`;
  };
  serialisers.set(question, made);
  return made;
}

async function answer(body) {
  const [question, values] = Object.entries(JSON.parse(body))[0];
  const result = await pool.query({ name: question, text: TEXTS[question], values, rowMode: 'array', types: asText });
  const rows = result.rows.map(serialiser(question, result.fields));
  return question === 'page' ? `{"data":{"nodes":[${rows.join(',')}]}}` : `{"data":{"node":${rows[0] ?? 'null'}}}`;
}

http
  .createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', async () => {
      try {
        const json = await answer(Buffer.concat(chunks).toString());
        response.writeHead(200, {
          'content-type': 'application/json; charset=utf-8',
          'content-length': Buffer.byteLength(json),
        });
        response.end(json);
      } catch (error) {
        response.writeHead(500).end(String(error));
      }
    });
  })
  .listen(Number(process.env.PORT), '127.0.0.1', () => console.log('ready'));
