/** Waits before asking again. A page that nobody sees asks nothing. */

/** Resolves after so long and, while the page is hidden, when it is shown again; at once when the signal aborts. */
export function nextTurn(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    let isTime = false;
    const look = (): void => {
      if (!signal?.aborted && !(isTime && document.visibilityState === 'visible')) return;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', look);
      signal?.removeEventListener('abort', look);
      resolve();
    };
    const timer = setTimeout(() => {
      isTime = true;
      look();
    }, milliseconds);
    document.addEventListener('visibilitychange', look);
    signal?.addEventListener('abort', look);
  });
}
