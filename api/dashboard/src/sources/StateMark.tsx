// A state in a word and a colour. Words of states are the API's; what they mean for people is here.
import Box from "@mui/material/Box";

const MARKS: Record<string, { name: string; color: string }> = {
  connected: { name: "Connected", color: "success.main" },
  revoked: { name: "Connect again", color: "error.main" },
  disconnected: { name: "Disconnected", color: "text.secondary" },
  ok: { name: "Up to date", color: "success.main" },
  running: { name: "Reading", color: "info.main" },
  interrupted: { name: "Interrupted", color: "warning.main" },
  quota: { name: "Waits for quota", color: "warning.main" },
  rate: { name: "Slowed down", color: "warning.main" },
  dependency: { name: "Tried again soon", color: "warning.main" },
  credential: { name: "No access", color: "error.main" },
  input: { name: "Wrong settings", color: "error.main" },
  ours: { name: "Broken", color: "error.main" },
};

export function StateMark({ state }: { state: string }) {
  const { name, color } = MARKS[state] ?? { name: state, color: "text.secondary" };
  return (
    <Box component="span" sx={{ display: "inline-flex", alignItems: "center", gap: 0.75, fontWeight: 600, fontSize: "0.75rem", color, whiteSpace: "nowrap" }}>
      <Box component="span" aria-hidden sx={{ width: 7, height: 7, borderRadius: "50%", bgcolor: "currentColor" }} />
      {name}
    </Box>
  );
}
