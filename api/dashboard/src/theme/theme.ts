// How the dashboard looks: one sober theme in light and dark, dense, with figures that line up.
// System fonts only; nothing is loaded from elsewhere. Series colours are CSS variables, so charts follow the mode.
import { createTheme } from "@mui/material/styles";
import { seriesVariables } from "./series";

const SANS = 'ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
export const MONO = 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace';

export const theme = createTheme({
  cssVariables: { colorSchemeSelector: "data-theme" },
  colorSchemes: {
    light: {
      palette: {
        primary: { main: "#0f766e" },
        success: { main: "#15803d" },
        warning: { main: "#b45309" },
        error: { main: "#b91c1c" },
        background: { default: "#f5f6f8", paper: "#ffffff" },
        text: { primary: "#14181f", secondary: "#586174" },
        divider: "#e3e6ec",
      },
    },
    dark: {
      palette: {
        primary: { main: "#2dd4bf" },
        success: { main: "#4ade80" },
        warning: { main: "#fbbf24" },
        error: { main: "#f87171" },
        background: { default: "#0c0f14", paper: "#141920" },
        text: { primary: "#e8ebf0", secondary: "#97a1b3" },
        divider: "#242b36",
      },
    },
  },
  shape: { borderRadius: 8 },
  typography: {
    fontFamily: SANS,
    fontSize: 13,
    h1: { fontSize: "1.375rem", fontWeight: 650, letterSpacing: "-0.015em", lineHeight: 1.25 },
    h2: { fontSize: "0.875rem", fontWeight: 600, lineHeight: 1.4 },
    body2: { fontSize: "0.8125rem" },
    caption: { fontSize: "0.75rem", lineHeight: 1.4 },
    button: { textTransform: "none", fontWeight: 600 },
  },
  components: {
    MuiCssBaseline: {
      styleOverrides: {
        ...seriesVariables(),
        body: { fontVariantNumeric: "tabular-nums", WebkitFontSmoothing: "antialiased", overflowY: "scroll" },
      },
    },
    MuiPaper: {
      defaultProps: { elevation: 0 },
      styleOverrides: {
        root: ({ theme: t }) => ({ backgroundImage: "none", border: `1px solid ${t.vars.palette.divider}` }),
      },
    },
    MuiTableCell: {
      styleOverrides: {
        root: ({ theme: t }) => ({
          padding: "6px 10px",
          borderColor: t.vars.palette.divider,
          fontSize: "0.8125rem",
          [t.breakpoints.down("sm")]: { padding: "6px" },
          "&:first-of-type": { paddingLeft: 16 },
          "&:last-of-type": { paddingRight: 16 },
        }),
        head: ({ theme: t }) => ({
          color: t.vars.palette.text.secondary,
          fontSize: "0.75rem",
          fontWeight: 600,
          whiteSpace: "nowrap",
          backgroundColor: t.vars.palette.background.paper,
        }),
      },
    },
    MuiButtonBase: { styleOverrides: { root: { fontFamily: SANS } } },
    MuiInputBase: { styleOverrides: { root: { fontSize: "0.8125rem" } } },
    MuiSkeleton: { defaultProps: { animation: "pulse" } },
    MuiButton: { defaultProps: { size: "small", disableElevation: true } },
    MuiTooltip: { defaultProps: { arrow: true, enterDelay: 300 } },
    MuiLink: { defaultProps: { underline: "hover" } },
  },
});
