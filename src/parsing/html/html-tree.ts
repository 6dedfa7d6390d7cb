/**
 * The light tree that HTML is read into, and what is asked of it. Nesting is capped (see tree-builder), so that whatever walks it may
 * recurse.
 */

export interface HtmlElement {
  name: string;
  attributes: Readonly<Record<string, string>>;
  children: HtmlNode[];
}

export type HtmlNode = string | HtmlElement;

/** The first element, in the order of the page, that fits. */
export function findElement(root: HtmlElement, fits: (element: HtmlElement) => boolean): HtmlElement | undefined {
  for (const child of root.children) {
    if (typeof child === 'string') continue;
    if (fits(child)) return child;
    const found = findElement(child, fits);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** All text below, as it stands. */
export function textOf(node: HtmlNode): string {
  return typeof node === 'string' ? node : node.children.map(textOf).join('');
}

/** The same tree without the elements that the rule names. */
export function withoutElements(element: HtmlElement, isUnwanted: (element: HtmlElement) => boolean): HtmlElement {
  const children: HtmlNode[] = [];
  for (const child of element.children) {
    if (typeof child === 'string') children.push(child);
    else if (!isUnwanted(child)) children.push(withoutElements(child, isUnwanted));
  }
  return { ...element, children };
}

export interface TextMeasure {
  /** Characters that are not white space. */
  text: number;
  /** How many of them stand in links. */
  inLinks: number;
}

export function measureText(element: HtmlElement): TextMeasure {
  const total: TextMeasure = { text: 0, inLinks: 0 };
  for (const child of element.children) {
    const measure = typeof child === 'string' ? { text: child.replace(/\s+/g, '').length, inLinks: 0 } : measureText(child);
    total.text += measure.text;
    total.inLinks += measure.inLinks;
  }
  if (element.name === 'a') total.inLinks = total.text;
  return total;
}
