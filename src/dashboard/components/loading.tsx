/** While a first answer is on its way. It shows itself late, so that a fast answer doesn't flicker. */
export function Loading({ what }: { what: string }) {
  return (
    <p class="loading" role="status">
      Asking for {what}…
    </p>
  );
}
