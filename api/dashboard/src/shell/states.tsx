// What a page shows when it has no numbers to show: still loading, nothing there yet, or an error with what to do.
import Alert from "@mui/material/Alert";
import AlertTitle from "@mui/material/AlertTitle";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Paper from "@mui/material/Paper";
import Skeleton from "@mui/material/Skeleton";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";
import { ApiError } from "../api/envelope";
import { MONO } from "../theme/theme";

const SKELETON_ROWS = 8;

export function LoadingPanel({ label }: { label: string }) {
  return (
    <Paper role="status" aria-label={label} sx={{ p: 2 }}>
      <Skeleton width="30%" height={28} />
      {Array.from({ length: SKELETON_ROWS }, (_, row) => (
        <Skeleton key={row} height={32} />
      ))}
    </Paper>
  );
}

export function EmptyPanel({ title, command, children }: { title: string; command: string; children: ReactNode }) {
  return (
    <Paper sx={{ p: { xs: 3, sm: 6 }, textAlign: "center" }}>
      <Typography variant="h2" component="p" sx={{ fontSize: "1rem" }}>
        {title}
      </Typography>
      <Typography sx={{ color: "text.secondary", mt: 0.5, mb: 2 }}>{children}</Typography>
      <Box component="code" sx={{ fontFamily: MONO, fontSize: "0.8125rem", px: 1.5, py: 1, borderRadius: 1, bgcolor: "background.default", border: 1, borderColor: "divider", display: "inline-block" }}>
        {command}
      </Box>
    </Paper>
  );
}

interface FailureProps {
  name?: string | undefined;
  error: Error;
  onRetry: () => void;
}

export function ErrorPanel({ name, error, onRetry }: FailureProps) {
  const { code, requestId } = identity(error);
  return (
    <Alert severity="error" variant="outlined" action={<RetryButton onRetry={onRetry} />}>
      <AlertTitle sx={{ fontFamily: MONO, fontSize: "0.8125rem" }}>{whose(name)}{code}</AlertTitle>
      {error.message}
      {requestId !== null && (
        <Typography variant="caption" component="div" sx={{ mt: 0.5, overflowWrap: "anywhere" }}>
          request_id <code>{requestId}</code>
        </Typography>
      )}
    </Alert>
  );
}

/** The numbers on screen stay; this says that they are no longer being refreshed. */
export function StaleNotice({ name, error, onRetry }: FailureProps) {
  const { code, requestId } = identity(error);
  return (
    <Alert severity="warning" variant="outlined" sx={{ py: 0 }} action={<RetryButton onRetry={onRetry} />}>
      <Stack direction="row" sx={{ flexWrap: "wrap", columnGap: 1 }}>
        <strong>{whose(name)}Not refreshed: {code}.</strong> {error.message}
        {requestId !== null && <span>request_id {requestId}</span>}
      </Stack>
    </Alert>
  );
}

function RetryButton({ onRetry }: { onRetry: () => void }) {
  return (
    <Button color="inherit" onClick={onRetry}>
      Retry
    </Button>
  );
}

function whose(name: string | undefined): string {
  return name === undefined ? "" : `${name} · `;
}

function identity(error: Error): { code: string; requestId: string | null } {
  return error instanceof ApiError ? error : { code: "DASHBOARD_FAULT", requestId: null };
}
