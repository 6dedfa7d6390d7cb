/** What the basins' drawings share: waves and earth; once in the page. */
export function BasinPatterns() {
  return (
    <svg class="patterns" width="0" height="0" aria-hidden="true">
      <pattern id="wave" width="24" height="6" patternUnits="userSpaceOnUse">
        <path class="wave" d="M0 3q6-3.5 12 0t12 0V6H0z" />
        <path class="surface" d="M0 3q6-3.5 12 0t12 0" />
      </pattern>
      <pattern id="earth" width="9" height="9" patternUnits="userSpaceOnUse">
        <path class="earth" d="M0 9 9 0" />
      </pattern>
    </svg>
  );
}
