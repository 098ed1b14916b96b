// The dashboard is built into `dist` and embedded in the executable, which serves it under a content security policy
// of `default-src 'self'`: so nothing is inlined as a data: address and nothing is loaded from elsewhere.
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const PLATFORM = "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  server: { proxy: { "/v1": PLATFORM } },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
  },
  test: {
    environment: "jsdom",
    include: ["tests/**/*.test.{ts,tsx}"],
    setupFiles: ["tests/setup.ts"],
    testTimeout: 40_000,
  },
});
