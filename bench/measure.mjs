// Equal answers first, then rounds in which every system takes its turn.
import { load } from './load.mjs';
import { residentMegabytes } from './process.mjs';
import { FIELDS, QUESTIONS } from './questions.mjs';

const CONNECTIONS = [16, 1];
const COMPARED = 12;
const WARM_MS = 1_500;

/** @throws Error naming the system that answers something else than the first one does */
export async function checkEqual(systems, variables, questions = Object.keys(QUESTIONS)) {
  for (const question of questions) {
    for (const values of variables[question].slice(0, COMPARED)) {
      const answers = [];
      for (const system of systems) answers.push(await rowsOf(system, question, values));
      const odd = answers.findIndex((answer) => answer !== answers[0]);
      if (answers[0].length < 10) throw new Error(`${systems[0].name} answers nothing to ${question}`);
      if (odd > 0)
        throw new Error(
          `${systems[odd].name} answers ${question} otherwise:\n${answers[0].slice(0, 600)}\n${answers[odd].slice(0, 600)}`,
        );
    }
  }
}

/** One text per answer: rows in order, the ten fields by name, instants as instants. */
async function rowsOf(system, question, values) {
  const { body, rows } = system.style[question];
  const headers = { 'content-type': 'application/json', ...system.headers };
  const response = await fetch(system.url, { method: 'POST', headers, body: body(values) });
  const answer = await response.json();
  if (answer.errors !== undefined) throw new Error(`${system.name}: ${JSON.stringify(answer.errors).slice(0, 800)}`);
  return JSON.stringify(
    rows(answer.data).map((row) =>
      Object.keys(FIELDS).map((name) => (name === 'detectedAt' ? Date.parse(row[name]) : row[name])),
    ),
  );
}

/** @returns one result per round, question, number of connections and system */
export async function measure(systems, variables, { rounds, milliseconds }, say) {
  const bodiesOf = (system, question) => variables[question].map(system.style[question].body);
  const once = (system, question, connections, duration) =>
    load({
      url: system.url,
      headers: system.headers,
      bodies: bodiesOf(system, question),
      connections,
      milliseconds: duration,
    });
  for (const system of systems) for (const question of Object.keys(QUESTIONS)) await once(system, question, 4, WARM_MS);
  const results = [];
  for (let round = 0; round < rounds; round += 1) {
    say(`round ${round + 1} of ${rounds}`);
    // Turned round every other time: whoever comes after a heavy neighbour finds its cache cold.
    const order = round % 2 === 0 ? systems : [...systems].reverse();
    for (const question of Object.keys(QUESTIONS)) {
      for (const connections of CONNECTIONS) {
        for (const system of order) {
          const result = await once(system, question, connections, milliseconds);
          if (result.errors > 0)
            throw new Error(`${system.name}, ${question}: ${result.errors} errors, first: ${result.firstError}`);
          results.push({
            round,
            question,
            connections,
            system: system.name,
            ...result,
            megabytes: residentMegabytes(system.child.pid),
          });
        }
      }
    }
  }
  return results;
}
