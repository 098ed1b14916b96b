// A page's name, and the sentence under it. It names the browser's tab too.
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";

export function PageHeader({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <Box sx={{ minWidth: 0 }}>
      <title>{`${title} · YTEMPIRE`}</title>
      <Typography variant="h1" sx={{ overflowWrap: "anywhere" }}>
        {title}
      </Typography>
      {children !== undefined && (
        <Typography variant="body2" component="div" sx={{ color: "text.secondary", mt: 0.25 }}>
          {children}
        </Typography>
      )}
    </Box>
  );
}
