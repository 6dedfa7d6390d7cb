/**
 * Finds what a page is about: hidden elements, navigation and the frame that all pages of a site share go. By what elements say of
 * themselves (names, roles, classes) and by how much of their text is links; a class alone condemns nothing, so that a box of text with
 * class "sidebar" stays.
 */
import { findElement, measureText, textOf, withoutElements, type HtmlElement } from './html-tree';

const NEVER_TEXT = new Set(['head', 'button', 'input', 'textarea', 'dialog', 'link', 'meta']);
const CHROME_NAMES = new Set(['nav', 'menu']);
/** The frame of a page: of a body, not of an article. */
const FRAME_NAMES = new Set(['header', 'footer', 'aside']);
const CHROME_ROLES = new Set([
  'navigation',
  'search',
  'banner',
  'contentinfo',
  'complementary',
  'menu',
  'menubar',
  'toolbar',
  'dialog',
  'alertdialog',
  'tooltip',
]);
const HIDDEN_STYLE = /(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:px|em|rem|pt|%)?\s*(?:;|$))/i;
/** Only such elements are judged by their class: a heading or a phrase may be called anything. */
const BOXES = new Set(['div', 'ul', 'ol', 'dl', 'table', 'section', 'header', 'footer', 'aside', 'form', 'p', 'details']);
/** Names that leave no doubt: a short box with a link is enough. */
const NAVIGATION_WORDS =
  /(?:^|[\s_-])(?:(?:doc|site|main|page|top|sub|bottom)?nav(?:bar|igation|header|footer|links|list)?|bread-?crumbs?|pagination|pager|skip-?(?:link|to-?content))(?:$|[\s_-])/i;
const MAX_NAVIGATION_CHARACTERS = 600;
const CHROME_WORDS =
  /(?:^|[\s_-])(?:menu|side-?bar|banner|header|footer|toc|share|social|related|tags|advert|ads?|promo|cookies?|consent|newsletter|subscribe|edit-this-page)(?:$|[\s_-])/i;
const MIN_LINK_SHARE = 0.5;
/** A pilcrow or the like beside a heading, an arrow behind a footnote: a link that only jumps. */
const PERMALINK_CLASS = /(?:^|\s)(?:headerlink|header-?anchor|anchor-?link|permalink|hash-link)(?:$|\s)/i;
const PERMALINK_TEXT = /^\s*[¶#§🔗\u200B↑↩\uFE0E\uFE0F]*\s*$/u;
/** With less than this share of the page left, what was taken for chrome was the page. */
const MIN_KEPT_SHARE = 0.1;
const MIN_MAIN_SHARE = 0.2;

/** @param root of the whole page, or of a fragment */
export function mainContent(root: HtmlElement): HtmlElement {
  const body = findElement(root, ({ name }) => name === 'body') ?? root;
  const visible = withoutElements(body, isHidden);
  const whole = measureText(visible).text;
  const main = findMain(visible);
  const isMainEnough = main !== undefined && measureText(main).text > whole * MIN_MAIN_SHARE;
  const content = isMainEnough
    ? withoutElements(main, isChrome)
    : withoutElements(visible, (element) => FRAME_NAMES.has(element.name) || isChrome(element));
  return measureText(content).text >= whole * MIN_KEPT_SHARE ? content : visible;
}

function findMain(body: HtmlElement): HtmlElement | undefined {
  const main = findElement(body, ({ name, attributes }) => name === 'main' || attributes.role === 'main');
  if (main !== undefined) return main;
  const article = findElement(body, ({ name }) => name === 'article');
  // A page of many articles is a list of them, and none of them is the page.
  if (article === undefined || measureText(article).text < measureText(body).text / 2) return undefined;
  return article;
}

function isHidden(element: HtmlElement): boolean {
  const { name, attributes } = element;
  if (NEVER_TEXT.has(name) || 'hidden' in attributes || attributes['aria-hidden'] === 'true') return true;
  if (attributes.style !== undefined && HIDDEN_STYLE.test(attributes.style)) return true;
  return isJump(element);
}

/** Also of use where nothing else is chrome: in what a word processor wrote. */
export function isJump(element: HtmlElement): boolean {
  if (element.name !== 'a') return false;
  const text = textOf(element);
  return PERMALINK_TEXT.test(text) && (text.trim() !== '' || PERMALINK_CLASS.test(element.attributes.class ?? ''));
}

function isChrome(element: HtmlElement): boolean {
  const { name, attributes } = element;
  if (CHROME_NAMES.has(name) || CHROME_ROLES.has(attributes.role ?? '')) return true;
  const names = `${attributes.class ?? ''} ${attributes.id ?? ''}`;
  if (names === ' ' || !BOXES.has(name)) return false;
  const isNavigation = NAVIGATION_WORDS.test(names);
  if (!isNavigation && !CHROME_WORDS.test(names)) return false;
  const { text, inLinks } = measureText(element);
  return inLinks > 0 && (inLinks >= text * MIN_LINK_SHARE || (isNavigation && text < MAX_NAVIGATION_CHARACTERS));
}
