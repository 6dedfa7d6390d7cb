/** Something the user has to know: what happened, why, what to do next. */
import type { ComponentChildren } from 'preact';
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
