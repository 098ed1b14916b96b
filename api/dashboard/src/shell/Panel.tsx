// A titled surface. What it shows carries its as_of in the header: no number on a page without one.
import Box from "@mui/material/Box";
import Paper from "@mui/material/Paper";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { type ReactNode, useId } from "react";
import { AsOf } from "./AsOf";

interface PanelProps {
  title: string;
  asOf: string | null;
  note?: ReactNode;
  children: ReactNode;
}

export function Panel({ title, asOf, note, children }: PanelProps) {
  const heading = useId();
  return (
    <Paper component="section" aria-labelledby={heading} sx={{ minWidth: 0, overflow: "hidden" }}>
      <Stack
        direction="row"
        sx={{ px: 2, pt: 1.5, pb: 1, columnGap: 2, rowGap: 0.25, alignItems: "baseline", justifyContent: "space-between", flexWrap: "wrap" }}
      >
        <Typography variant="h2" id={heading}>
          {title}
        </Typography>
        <Typography variant="caption" component="p" sx={{ color: "text.secondary", m: 0 }}>
          {note !== undefined && <>{note} · </>}
          <AsOf at={asOf} />
        </Typography>
      </Stack>
      <Box>{children}</Box>
    </Paper>
  );
}
