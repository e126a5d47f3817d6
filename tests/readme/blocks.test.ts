import { describe, expect, test } from '@jest/globals';
import { askingAgency, blocksOf, isAsShown, linksOf } from './blocks.js';

const PAGE = 'One\n\n```sh\nls\n```\n\nAs `ME-BP` and then as `RS-BP` [here](a.md):\n\n````\n```\n````\n';

describe('a page is read as its reader does', () => {
  test('an open block is an error, not a missing one', () => {
    expect(() => blocksOf('```sh\nls\n')).toThrow('the block that begins on line 2 is not closed');
  });

  test('every block comes with its language, its line, and what is said before it', () => {
    expect(blocksOf(PAGE)).toEqual([
      { language: 'sh', text: 'ls', line: 4, prose: 'One\n' },
      { language: '', text: '```', line: 10, prose: '\nAs `ME-BP` and then as `RS-BP` [here](a.md):\n' },
    ]);
  });

  test('the agency spoken as last is the one that asks; a database is none', () => {
    expect(askingAgency(PAGE)).toBe('RS-BP');
    expect(askingAgency('of `AL-BORDER-CROSSINGS`')).toBeUndefined();
  });

  test('an ellipsis stands for something within one line, and for nothing else', () => {
    expect(isAsShown('\n  7 entries  \nend\n', '  … entries\nend')).toBe(true);
    expect(isAsShown('7 entries\nmore\nend', '… entries\nend')).toBe(false);
    expect(isAsShown('x7 entries', '7 entries')).toBe(false);
    expect(isAsShown(' entries', '… entries')).toBe(false);
  });

  test('links are those outside of blocks', () => {
    expect(linksOf(`${PAGE}\n\`\`\`text\n[no](b.md)\n\`\`\`\n`)).toEqual(['a.md']);
  });
});
