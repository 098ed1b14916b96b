// The frame around every page: name, navigation, colour mode.
import Box from "@mui/material/Box";
import Container from "@mui/material/Container";
import Link from "@mui/material/Link";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";
import { NavLink, Link as RouterLink } from "react-router";
import { ColorModeButton } from "./ColorModeButton";
import { LogoIcon } from "./icons";

const PAGES = [
  { to: "/", name: "Trending" },
  { to: "/sources", name: "Sources" },
  { to: "/pipelines", name: "Pipelines" },
];

export function Shell({ children }: { children: ReactNode }) {
  return (
    <>
      <SkipLink />
      <Box component="header" sx={BAR}>
        <Container maxWidth="xl" sx={{ px: { xs: 1.5, sm: 3 } }}>
          <Stack direction="row" spacing={{ xs: 1.5, sm: 3 }} sx={{ alignItems: "center", height: 52 }}>
            <Brand />
            <Stack component="nav" aria-label="Pages" direction="row" spacing={0.5} sx={{ flex: 1, height: "100%" }}>
              {PAGES.map((page) => (
                <Box key={page.to} component={NavLink} to={page.to} end sx={NAV_LINK}>
                  {page.name}
                </Box>
              ))}
            </Stack>
            <ColorModeButton />
          </Stack>
        </Container>
      </Box>
      <Container component="main" id="content" tabIndex={-1} maxWidth="xl" sx={{ px: { xs: 1.5, sm: 3 }, py: { xs: 2, sm: 3 }, outline: 0 }}>
        {children}
      </Container>
    </>
  );
}

function Brand() {
  return (
    <Stack component={RouterLink} to="/" direction="row" spacing={1} aria-label="YTEMPIRE, to the start" sx={{ alignItems: "center", color: "text.primary", textDecoration: "none" }}>
      <LogoIcon sx={{ fontSize: 24 }} />
      <Typography component="span" sx={{ fontWeight: 700, letterSpacing: "0.04em", fontSize: "0.875rem", display: { xs: "none", sm: "inline" } }}>
        YTEMPIRE
      </Typography>
    </Stack>
  );
}

function SkipLink() {
  return (
    <Link href="#content" sx={{ position: "absolute", left: -9999, zIndex: 2000, bgcolor: "background.paper", p: 1, "&:focus": { left: 8, top: 8 } }}>
      Skip to the content
    </Link>
  );
}

const BAR = {
  position: "sticky",
  top: 0,
  zIndex: "appBar",
  bgcolor: "background.paper",
  borderBottom: 1,
  borderColor: "divider",
} as const;

const NAV_LINK = {
  display: "flex",
  alignItems: "center",
  px: 1.25,
  fontSize: "0.8125rem",
  fontWeight: 600,
  color: "text.secondary",
  textDecoration: "none",
  borderBottom: "2px solid transparent",
  "&:hover": { color: "text.primary" },
  "&.active": { color: "text.primary", borderColor: "primary.main" },
} as const;
