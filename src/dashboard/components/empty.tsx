/** Where there is nothing yet: an empty channel, and what would fill it. */
import type { ComponentChildren } from 'preact';

export function Empty({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <div class="empty">
      <svg viewBox="0 0 160 56" aria-hidden="true">
        <path class="channel-line" d="M4 8v40h152V8M42 2v36M80 2v36M118 2v36" />
        <path class="channel-plate" d="M39 6h6v18h-6zM77 6h6v18h-6zM115 6h6v18h-6z" />
        <path class="channel-earth" d="M4 48l-4 6M24 48l-4 6M44 48l-4 6M64 48l-4 6M84 48l-4 6M104 48l-4 6M124 48l-4 6M144 48l-4 6" />
      </svg>
      <p class="empty-title">{title}</p>
      <div class="empty-text">{children}</div>
    </div>
  );
}
