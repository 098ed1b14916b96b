// What every Recharts chart here shares: quiet axes, a tooltip in the theme's colours, no animation.
import type { CSSProperties } from "react";

const VAR = {
  paper: "var(--mui-palette-background-paper)",
  divider: "var(--mui-palette-divider)",
  text: "var(--mui-palette-text-primary)",
  muted: "var(--mui-palette-text-secondary)",
};

export const axis = {
  tick: { fill: VAR.muted, fontSize: 11 },
  tickLine: false,
  axisLine: false,
  minTickGap: 16,
} as const;

export const grid = { stroke: VAR.divider, strokeDasharray: "2 4", vertical: false } as const;

const contentStyle: CSSProperties = {
  background: VAR.paper,
  border: `1px solid ${VAR.divider}`,
  borderRadius: 8,
  color: VAR.text,
  fontSize: 12,
  padding: "8px 10px",
};

export const tooltip = {
  contentStyle,
  itemStyle: { padding: 0, color: VAR.text },
  labelStyle: { color: VAR.muted, marginBottom: 4 },
  cursor: { fill: VAR.divider, fillOpacity: 0.4, stroke: VAR.divider },
  isAnimationActive: false,
} as const;
