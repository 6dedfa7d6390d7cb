/** The present, again every second while somebody looks and time matters. */
import { useEffect, useState } from 'preact/hooks';

const TICK_MS = 1_000;

export function useNow(isTicking: boolean): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    if (!isTicking) return;
    setNowMs(Date.now());
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') setNowMs(Date.now());
    }, TICK_MS);
    return () => clearInterval(timer);
  }, [isTicking]);
  return nowMs;
}
