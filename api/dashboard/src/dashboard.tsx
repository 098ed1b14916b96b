// The whole dashboard: providers and routes. A page's code is loaded when it is first visited.
import CssBaseline from "@mui/material/CssBaseline";
import { ThemeProvider } from "@mui/material/styles";
import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ComponentType, lazy, type ReactNode, Suspense } from "react";
import { Route, Routes } from "react-router";
import type { ApiClient } from "./api/client";
import { ApiContext } from "./api/queries";
import { Crash } from "./shell/Crash";
import { NoSuchPage } from "./shell/NoSuchPage";
import { Shell } from "./shell/Shell";
import { LoadingPanel } from "./shell/states";
import { theme } from "./theme/theme";

const TrendingPage = lazy(() => import("./trending/TrendingPage"));
const VideoPage = lazy(() => import("./video/VideoPage"));
const SourcesPage = lazy(() => import("./sources/SourcesPage"));
const PipelinesPage = lazy(() => import("./pipelines/PipelinesPage"));

interface Wiring {
  api: ApiClient;
  queries: QueryClient;
  Router: ComponentType<{ children: ReactNode }>;
}

export function Dashboard({ api, queries, Router }: Wiring) {
  return (
    <ThemeProvider theme={theme} defaultMode="system">
      <CssBaseline />
      <ApiContext value={api}>
        <QueryClientProvider client={queries}>
          <Router>
            <Shell>
              <Crash>
                <Suspense fallback={<LoadingPanel label="Loading the page" />}>
                  <Routes>
                    <Route path="/" element={<TrendingPage />} />
                    <Route path="/videos/:id" element={<VideoPage />} />
                    <Route path="/sources" element={<SourcesPage />} />
                    <Route path="/pipelines" element={<PipelinesPage />} />
                    <Route path="*" element={<NoSuchPage />} />
                  </Routes>
                </Suspense>
              </Crash>
            </Shell>
          </Router>
        </QueryClientProvider>
      </ApiContext>
    </ThemeProvider>
  );
}
