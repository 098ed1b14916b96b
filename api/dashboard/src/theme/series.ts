// Colours of chart series, told apart by hue and by lightness, and readable on both backgrounds.

const LIGHT = ["#12857a", "#5560c9", "#cf8a2e", "#b4457f", "#2f83b5", "#7a9a35", "#8560bf", "#b3bccb"];
const DARK = ["#31b5a2", "#7f89e6", "#dba848", "#d374a6", "#55a8d6", "#9bb858", "#ab8ade", "#4b5668"];

/** What does not fit into the palette is drawn together in the last, grey colour. */
export const NAMED_SERIES = LIGHT.length - 1;

export function seriesColor(index: number): string {
  return `var(--series-${Math.min(index, NAMED_SERIES)})`;
}

export function seriesVariables() {
  return { ":root": variables(LIGHT), '[data-theme="dark"]': variables(DARK) };
}

function variables(colors: string[]): Record<string, string> {
  return Object.fromEntries(colors.map((color, index) => [`--series-${index}`, color]));
}
