/** What the API, or the lack of it, says to something that was asked of it. Nothing without an error. */
import { problemWords } from '../words/problem-words';
import { Notice } from './notice';
import { Prose } from './prose';

export function ProblemNotice({ title, error }: { title: string; error: unknown }) {
  if (error === undefined) return null;
  const { code, message, hint } = problemWords(error);
  return (
    <Notice tone="fault" title={title}>
      <p class="notice-text">
        {message} {code !== undefined && <code>{code}</code>}
      </p>
      {hint !== undefined && (
        <p class="notice-hint">
          <Prose text={hint} />
        </p>
      )}
    </Notice>
  );
}
