// The few icons that are used, drawn here: an icon package would be the largest dependency of the dashboard.
import { createSvgIcon } from "@mui/material/utils";

const LINE = { fill: "none", stroke: "currentColor", strokeWidth: 1.8, strokeLinecap: "round", strokeLinejoin: "round" } as const;

export const LogoIcon = createSvgIcon(
  <>
    <rect x="1" y="1" width="22" height="22" rx="5" fill="#0f766e" />
    <path d="M5.5 16.8 10 11l3.4 3 5.2-6.8" {...LINE} stroke="#fff" strokeWidth={2.2} />
    <circle cx="18.6" cy="7.2" r="1.9" fill="#fff" />
  </>,
  "Logo",
);

export const LightIcon = createSvgIcon(
  <g {...LINE}>
    <circle cx="12" cy="12" r="4" />
    <path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4" />
  </g>,
  "Light",
);

export const DarkIcon = createSvgIcon(<path {...LINE} d="M20 14.2A8 8 0 0 1 9.8 4 8 8 0 1 0 20 14.2Z" />, "Dark");

export const SystemIcon = createSvgIcon(
  <g {...LINE}>
    <rect x="3" y="4.5" width="18" height="12" rx="1.5" />
    <path d="M9 20h6M12 16.5V20" />
  </g>,
  "System",
);

export const BackIcon = createSvgIcon(<path {...LINE} d="M19 12H5m6-6-6 6 6 6" />, "Back");
