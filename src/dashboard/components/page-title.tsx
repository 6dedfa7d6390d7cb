/** The heading of a page. It takes the focus when the user comes from another page, so that a screen reader begins there. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

let isFirstPage = true;

interface PageTitleProps {
  /** Of the browser's tab. */
  title: string;
  children?: ComponentChildren;
  class?: string;
}

export function PageTitle({ title, children, class: className }: PageTitleProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!isFirstPage) heading.current?.focus({ preventScroll: true });
    isFirstPage = false;
  }, []);
  useEffect(() => {
    document.title = `${title} · Sluice`;
  }, [title]);
  return (
    <h1 ref={heading} tabIndex={-1} class={className}>
      {children ?? title}
    </h1>
  );
}
