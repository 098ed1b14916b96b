// Opens the whole dashboard at an address, wired to a server as `main.tsx` wires it to its own origin.
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { BrowserRouter } from "react-router";
import { createClient } from "../src/api/client";
import { createQueryClient } from "../src/api/queries";
import { Dashboard } from "../src/dashboard";
import { useRegionMemory } from "../src/trending/region-store";

export function visit(address: string, apiUrl: string) {
  window.history.replaceState(null, "", address);
  render(<Dashboard api={createClient(apiUrl)} queries={createQueryClient(1)} Router={BrowserRouter} />);
  return userEvent.setup();
}

/** As a browser that has never been here. */
export function forgetRegion(): void {
  useRegionMemory.setState({ region: null });
  window.localStorage.clear();
}

export function addressed(name: string): string | null {
  return new URLSearchParams(window.location.search).get(name);
}
