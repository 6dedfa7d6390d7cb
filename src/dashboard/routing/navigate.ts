/** Where the user is, and going elsewhere without loading the page anew. */
import { useEffect, useState } from 'preact/hooks';
import { addressOf, routeOf, type Route } from './route';

const MOVED = 'sluice:moved';

/** @param how `replace`: the place that is left is no step of the browser's history */
export function navigate(route: Route, how: 'push' | 'replace' = 'push'): void {
  history[how === 'push' ? 'pushState' : 'replaceState'](null, '', addressOf(route));
  if (how === 'push') scrollTo(0, 0);
  dispatchEvent(new Event(MOVED));
}

export function useRoute(): Route {
  const here = (): string => location.pathname + location.search;
  const [address, setAddress] = useState(here);
  useEffect(() => {
    const look = (): void => setAddress(here());
    for (const event of ['popstate', MOVED]) addEventListener(event, look);
    return () => {
      for (const event of ['popstate', MOVED]) removeEventListener(event, look);
    };
  }, []);
  return routeOf(address);
}
