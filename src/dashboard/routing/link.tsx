/** A link to a page of the dashboard: one of HTML, which the browser may also open in a tab of its own. */
import type { ComponentChildren } from 'preact';
import { navigate } from './navigate';
import { addressOf, type Route } from './route';

interface LinkProps {
  to: Route;
  class?: string;
  isCurrent?: boolean;
  children: ComponentChildren;
}

export function Link({ to, class: className, isCurrent = false, children }: LinkProps) {
  const follow = (event: MouseEvent): void => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to);
  };
  return (
    <a href={addressOf(to)} class={className} aria-current={isCurrent ? 'page' : undefined} onClick={follow}>
      {children}
    </a>
  );
}
