/** The API key of this browser, where the API asks for one: for as long as the tab is open, or for good when the user says so. */
const NAME = 'sluice-api-key';

export function findApiKey(): string | undefined {
  return sessionStorage.getItem(NAME) ?? localStorage.getItem(NAME) ?? undefined;
}

export function keepApiKey(key: string, duration: 'tab' | 'browser'): void {
  forgetApiKey();
  (duration === 'tab' ? sessionStorage : localStorage).setItem(NAME, key);
}

export function forgetApiKey(): void {
  sessionStorage.removeItem(NAME);
  localStorage.removeItem(NAME);
}
