import { describe, expect, test } from '@jest/globals';
import { SecretSeal } from '../../src/persistence/seal.js';

const seal = new SecretSeal(Buffer.alloc(32, 7));
const owner = { agency: 'A', purpose: 'P' };
const IDS = [
  { databaseId: 1, id: '-9223372036854775808' },
  { databaseId: 4_294_967_295, id: '9223372036854775807' },
  { databaseId: 2, id: '0' },
];

describe('ids as they leave the hub', () => {
  test('another agency, or the same for another purpose, cannot open them', () => {
    for (const id of seal.sealIds(owner, IDS)) {
      expect(seal.openId({ ...owner, agency: 'B' }, id)).toBeUndefined();
      expect(seal.openId({ ...owner, purpose: 'Q' }, id)).toBeUndefined();
    }
  });

  test('no two recipients and no two purposes of one see the same id of one record', () => {
    const owners = ['A', 'B', 'C'].flatMap((agency) => ['P', 'Q'].map((purpose) => ({ agency, purpose })));
    const seen = owners.flatMap((one) => seal.sealIds(one, IDS));
    expect(new Set(seen).size).toBe(owners.length * IDS.length);
  });

  test('what was not sealed here is no id, whatever its shape', () => {
    const [id = ''] = seal.sealIds(owner, IDS);
    const forged = ['', 'x', id.slice(0, -1), `${id}A`, `${id}=`, ` ${id}`, Buffer.alloc(16).toString('base64url')];
    for (const one of forged) expect(seal.openId(owner, one)).toBeUndefined();
  });

  test('the same agency finds the same record by them for the same purpose, in every answer', () => {
    expect(seal.sealIds(owner, IDS)).toEqual(IDS.map((id) => seal.sealIds(owner, [id])[0]));
    expect(seal.sealIds(owner, IDS).map((id) => seal.openId(owner, id))).toEqual(IDS);
  });
});

describe('cursors as they leave the hub', () => {
  const content = { cursor: { values: ['2024-05-04', null], id: '42' }, digest: 'd' };

  test('every flipped byte makes it no cursor', () => {
    const bytes = Buffer.from(seal.sealCursor('query', content), 'base64url');
    for (let index = 0; index < bytes.length; index += 1) {
      const flipped = Buffer.from(bytes);
      flipped.writeUInt8((flipped[index] ?? 0) ^ 1, index);
      expect(seal.openCursor('query', flipped.toString('base64url'))).toBeUndefined();
    }
  });

  test('under another caller, purpose, filter or order it is no cursor', () => {
    expect(seal.openCursor('another query', seal.sealCursor('query', content))).toBeUndefined();
  });

  test('under its own query it says where the page begins, and shows nothing of it', () => {
    const sealed = seal.sealCursor('query', content);
    expect(seal.openCursor('query', sealed)).toEqual(content);
    expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toContain('2024-05-04');
  });
});
