// Light, dark, or as the system has it; the choice is remembered by the theme.
import IconButton from "@mui/material/IconButton";
import { useColorScheme } from "@mui/material/styles";
import Tooltip from "@mui/material/Tooltip";
import { DarkIcon, LightIcon, SystemIcon } from "./icons";

const MODES = {
  system: { next: "light", Icon: SystemIcon, name: "as the system" },
  light: { next: "dark", Icon: LightIcon, name: "light" },
  dark: { next: "system", Icon: DarkIcon, name: "dark" },
} as const;

export function ColorModeButton() {
  const { mode, setMode } = useColorScheme();
  const { next, Icon, name } = MODES[mode ?? "system"];
  const label = `Colours: ${name}. Change to ${MODES[next].name}`;
  return (
    <Tooltip title={label}>
      <IconButton size="small" aria-label={label} onClick={() => { setMode(next); }}>
        <Icon fontSize="small" />
      </IconButton>
    </Tooltip>
  );
}
