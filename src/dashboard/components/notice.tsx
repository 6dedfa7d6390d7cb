/** Something the user has to know: what happened, why, what to do next. */
import type { ComponentChildren } from 'preact';
import { problemWords } from '../words/problem-words';
import { Mark } from './mark';

interface NoticeProps {
  tone: 'fault' | 'gate';
  title: string;
  children?: ComponentChildren;
}

export function Notice({ tone, title, children }: NoticeProps) {
  return (
    <section class={`notice tone-${tone}`} role={tone === 'fault' ? 'alert' : 'status'}>
      <Mark name="warning" />
      <div>
        <p class="notice-title">{title}</p>
        {children}
      </div>
    </section>
  );
}

/** What the API, or the lack of it, says to something that was asked of it. Nothing without an error. */
export function ProblemNotice({ title, error }: { title: string; error: unknown }) {
  if (error === undefined) return null;
  const { code, message, hint } = problemWords(error);
  return (
    <Notice tone="fault" title={title}>
      <p class="notice-text">
        {message} {code !== undefined && <code>{code}</code>}
      </p>
      {hint !== undefined && <p class="notice-hint">{hint}</p>}
    </Notice>
  );
}
