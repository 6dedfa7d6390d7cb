/** The marks: drawn on a grid of 16 with one weight of line. They stand beside words, so that nobody has to know them. */
import type { ComponentChildren } from 'preact';
import type { MarkName } from '../words/status-words';

export type AnyMark = MarkName | 'plus' | 'search' | 'arrow' | 'upload' | 'warning' | 'back';

const DRAWINGS: Record<AnyMark, ComponentChildren> = {
  circle: <circle cx="8" cy="8" r="4.5" />,
  flow: <path d="M1.5 6c2-2 3.5-2 5.2 0s3.5 2 5.2 0l2.6-1.8M1.5 11c2-2 3.5-2 5.2 0s3.5 2 5.2 0l2.6-1.8" />,
  gate: <path d="M2.5 2.5v11M13.5 2.5v11M5.5 6.5h5v7h-5zM8 2v4.5M2.5 13.5h11" />,
  check: <path d="m2.5 8.5 3.7 3.7 7.3-8" />,
  cross: <path d="m3.5 3.5 9 9m0-9-9 9" />,
  plus: <path d="M8 2.5v11M2.5 8h11" />,
  search: <path d="m10.5 10.5 3.5 3.5M11.5 7a4.5 4.5 0 1 1-9 0 4.5 4.5 0 0 1 9 0z" />,
  arrow: <path d="M2.5 8h11M9.5 4l4 4-4 4" />,
  back: <path d="M13.5 8h-11M6.5 4l-4 4 4 4" />,
  upload: <path d="M8 10.5v-8M4.5 6 8 2.5 11.5 6M2.5 13.5h11" />,
  warning: <path d="M8 2 1.5 13.5h13zM8 6.5v3.3M8 11.2v.8" />,
};

export function Mark({ name }: { name: AnyMark }) {
  return (
    <svg class="mark" viewBox="0 0 16 16" aria-hidden="true">
      {DRAWINGS[name]}
    </svg>
  );
}
