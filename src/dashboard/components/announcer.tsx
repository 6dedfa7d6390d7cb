/** Tells screen readers what changes without anybody's doing. */
import { useEffect, useState } from 'preact/hooks';

const ANNOUNCED = 'sluice:announced';

export function announce(text: string): void {
  dispatchEvent(new CustomEvent<string>(ANNOUNCED, { detail: text }));
}

export function Announcer() {
  const [text, setText] = useState('');
  useEffect(() => {
    const hear = (event: Event): void => setText((event as CustomEvent<string>).detail);
    addEventListener(ANNOUNCED, hear);
    return () => removeEventListener(ANNOUNCED, hear);
  }, []);
  return (
    <div class="visually-hidden" role="status" aria-live="polite">
      {text}
    </div>
  );
}
