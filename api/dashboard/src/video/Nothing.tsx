// A panel that has nothing to draw says why.
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";

export function Nothing({ children }: { children: ReactNode }) {
  return <Typography sx={{ color: "text.secondary", px: 2, pb: 2 }}>{children}</Typography>;
}
