/** `sluice search "…" --collection C`: the passages that answer a question. */
import type { Command } from 'commander';
import { z } from 'zod';
import { SluiceError } from '../../domain/errors';
import type { SearchResult } from '../../search/search-result';
import { addCommonOptions, numberBy, type Runner } from '../command';
import { EXIT_DONE } from '../exit-code';
import type { Style } from '../terminal/style';
import { harmless } from '../terminal/text-width';
import { wrapped } from '../terminal/wrapped';
import { withDatabase } from '../with-service';

interface SearchOptions {
  collection?: string;
  limit: number;
}

const LIMIT = 'must be a whole number from 1 to 100';
const limit = z.int(LIMIT).min(1, LIMIT).max(100, LIMIT);

/** Of a passage, on a terminal: enough to judge it by. */
const SHOWN_LINES = 4;
const WIDEST_TEXT = 100;

export function registerSearch(program: Command, run: Runner): void {
  const command = program
    .command('search')
    .description('Search a collection by words and by meaning.')
    .argument('<query>')
    .option('-c, --collection <name>', 'the collection')
    .option('--limit <n>', 'so many passages at most', numberBy(limit), 10)
    .action(
      run<SearchOptions>((context, [query = ''], options) => {
        const collection = requiredCollection(options.collection, `sluice search ${JSON.stringify(query)} --collection docs`);
        return withDatabase(context, async (service) => {
          const { io } = context;
          const results = await service.search({ collection, query, limit: options.limit });
          if (io.isJson) io.printJson({ results });
          else if (results.length === 0) io.print('Nothing found.');
          else io.print(...resultLines(results, io.stdout.columns ?? WIDEST_TEXT, io.style));
          return EXIT_DONE;
        });
      }),
    );
  addCommonOptions(command);
}

/** @param example a whole command that would have worked */
export function requiredCollection(collection: string | undefined, example: string): string {
  if (collection !== undefined) return collection;
  throw new SluiceError('INVALID_INPUT', 'Which collection? --collection is missing.', { hint: `For example: ${example}` });
}

function resultLines(results: readonly SearchResult[], columns: number, style: Style): string[] {
  const width = Math.min(WIDEST_TEXT, columns) - 4;
  return results.flatMap(({ documentUri, headingPath, text, score }, index) => {
    const lines = wrapped(harmless(text.replace(/\s+/g, ' ').trim()), width);
    const heading = headingPath.length > 0 ? ` › ${headingPath.map(harmless).join(' › ')}` : '';
    return [
      ...(index > 0 ? [''] : []),
      `${style.dim(String(index + 1).padStart(2))}  ${style.bold(harmless(documentUri))}${heading}  ${style.dim(score.toFixed(2))}`,
      ...lines.slice(0, SHOWN_LINES).map((line, at) => `    ${line}${at === SHOWN_LINES - 1 && lines.length > SHOWN_LINES ? ' …' : ''}`),
    ];
  });
}
