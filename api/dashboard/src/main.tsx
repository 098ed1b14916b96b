// Wires the dashboard once: the API client, the query cache, the router. Everything below is handed what it needs.
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router";
import { createClient } from "./api/client";
import { createQueryClient } from "./api/queries";
import { Dashboard } from "./dashboard";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no element with the id root");

createRoot(root).render(
  <StrictMode>
    <Dashboard api={createClient()} queries={createQueryClient()} Router={BrowserRouter} />
  </StrictMode>,
);
