import { EVERY_EDGE, oneOf, perType, type WayOut } from './way-out.js';

/** One record by an id that was given while the right held. */
export const wayOut: WayOut = {
  name: 'one record by its id',
  rootFields: perType(oneOf),
  tells: EVERY_EDGE,
  async disclose(world, { recipient, id, purpose }) {
    const query = `{ borderCrossing(id: "${id}", purpose: ${purpose}) { id } }`;
    const { body, text } = await world.ask(query, `${recipient}:ANALYST`);
    if (body.data?.borderCrossing === undefined) throw new Error(text);
    return body.data.borderCrossing !== null;
  },
};
