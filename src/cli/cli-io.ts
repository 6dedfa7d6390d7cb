/** How commands speak to whoever called: results on standard output, everything else on standard error. */
import { createStyle, wantsColour, type Style } from './terminal/style';

export interface CliStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** What a process gives a command line; a test gives its own. */
export interface CliProcess {
  stdout: CliStream;
  stderr: CliStream;
  env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  cwd: string;
  /** Asks whoever sits at the terminal; undefined: nobody does. */
  confirm(question: string): Promise<boolean | undefined>;
  /** Calls back when the process is to stop, until the answer is called. Nobody listening: a signal ends the process. */
  onInterrupt(listener: (reason: InterruptReason) => void): () => void;
}

/** signal: Ctrl-C or SIGTERM. pipe: whoever read standard output has gone, as `head` does. */
export type InterruptReason = 'signal' | 'pipe';

export interface CliIo extends CliProcess {
  /** The command answers with one JSON value and nothing else on standard output. */
  readonly isJson: boolean;
  /** For standard output. */
  readonly style: Style;
  /** Lines of the answer, for people. */
  print(...lines: string[]): void;
  printJson(value: unknown): void;
  /** A line on standard error: what is being done. */
  say(line: string): void;
  /** Hands the lines to somebody else, who draws on the same terminal, until the answer is called. */
  divertSay(to: (line: string) => void): () => void;
}

export function createCliIo(from: CliProcess, isJson: boolean): CliIo {
  const toStandardError = (line: string): void => void from.stderr.write(`${line}\n`);
  let sayTo = toStandardError;
  return {
    ...from,
    isJson,
    style: createStyle(wantsColour(from.stdout, from.env)),
    print: (...lines) => void from.stdout.write(lines.map((line) => `${line}\n`).join('')),
    printJson: (value) => void from.stdout.write(`${JSON.stringify(value, null, from.stdout.isTTY ? 2 : undefined)}\n`),
    say: (line) => sayTo(line),
    divertSay(to) {
      sayTo = to;
      return () => void (sayTo = toStandardError);
    },
  };
}
