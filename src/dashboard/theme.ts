/** Light or dark: as the system says, unless the user says otherwise in this browser. */
export const THEMES = ['system', 'light', 'dark'] as const;

export type Theme = (typeof THEMES)[number];

const NAME = 'sluice-theme';

export function findTheme(): Theme {
  return THEMES.find((theme) => theme === localStorage.getItem(NAME)) ?? 'system';
}

export function chooseTheme(theme: Theme): void {
  if (theme === 'system') localStorage.removeItem(NAME);
  else localStorage.setItem(NAME, theme);
  applyTheme(theme);
}

/** styles/tokens.css does the rest. */
export function applyTheme(theme: Theme): void {
  document.documentElement.style.colorScheme = theme === 'system' ? '' : theme;
}
