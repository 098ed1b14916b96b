// One number with its name and its as_of. The exact value is in the `data` element for machines that read the page.
import Box from "@mui/material/Box";
import Paper from "@mui/material/Paper";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";
import { AsOf } from "./AsOf";

interface FigureProps {
  name: string;
  value: number | string | null;
  shown: string;
  detail: ReactNode;
  asOf: string | null;
}

export function Figure({ name, value, shown, detail, asOf }: FigureProps) {
  return (
    <Paper sx={{ px: 1.5, py: 1.25, minWidth: 0 }}>
      <Typography variant="caption" component="div" sx={{ color: "text.secondary", fontWeight: 600 }}>
        {name}
      </Typography>
      <Typography component="data" value={value ?? ""} aria-label={name} sx={{ display: "block", fontSize: "1.375rem", fontWeight: 650, letterSpacing: "-0.015em", lineHeight: 1.35 }}>
        {shown}
      </Typography>
      <Typography variant="caption" component="div" noWrap sx={{ color: "text.secondary" }}>
        {detail}
      </Typography>
      <Box sx={{ lineHeight: 1.3, fontSize: "0.6875rem" }}>
        <AsOf at={asOf} />
      </Box>
    </Paper>
  );
}
