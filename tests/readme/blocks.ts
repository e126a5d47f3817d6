/** A Markdown page as a reader goes through it: every fenced block, with what is said before it. */

export interface Block {
  /** the language it is marked with; empty if with none */
  readonly language: string;
  readonly text: string;
  /** line of the page its first line stands on, from 1 */
  readonly line: number;
  /** what stands between the block before and this one */
  readonly prose: string;
}

const FENCE = /^\s*(`{3,}|~{3,})\s*(\S*)/;

/** @throws Error if a block is not closed */
export function blocksOf(page: string): readonly Block[] {
  const blocks: Block[] = [];
  let prose: string[] = [];
  let open:
    | { readonly fence: string; readonly language: string; readonly line: number; readonly lines: string[] }
    | undefined;
  for (const [index, line] of page.split('\n').entries()) {
    const [, fence, language = ''] = FENCE.exec(line) ?? [];
    if (open === undefined && fence !== undefined) {
      open = { fence, language, line: index + 2, lines: [] };
    } else if (open !== undefined && fence?.startsWith(open.fence) && language === '') {
      blocks.push({ language: open.language, text: open.lines.join('\n'), line: open.line, prose: prose.join('\n') });
      open = undefined;
      prose = [];
    } else {
      (open?.lines ?? prose).push(line);
    }
  }
  if (open !== undefined) throw new Error(`the block that begins on line ${open.line} is not closed`);
  return blocks;
}

/** The last agency that is spoken *as* (“As `ME-BP` you get”); undefined if none is. */
export function askingAgency(prose: string): string | undefined {
  return [...prose.matchAll(/\bas `([A-Z]+(?:-[A-Z]+)+)`/gi)].at(-1)?.[1];
}

/** Whether an output is the one shown: line by line, where `…` stands for whatever differs from run to run. */
export function isAsShown(output: string, shown: string): boolean {
  const pattern = withoutEnds(shown)
    .split('…')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('[^\\n]+');
  return new RegExp(`^${pattern}$`).test(withoutEnds(output));
}

function withoutEnds(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/^\n+|\n+$/g, '');
}

/** Addresses of links and images, without those in blocks of code. */
export function linksOf(page: string): readonly string[] {
  const text = blocksOf(page).reduce((rest, block) => rest.replace(block.text, ''), page);
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}
