// A small HTTP server on a free loopback port that answers in the API's envelope: the client's other end in tests.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export const NOW = "2020-08-17T10:00:00Z";
export const AS_OF = "2020-08-16T00:00:00Z";

export interface Reply {
  status: number;
  body: string;
}

type Route = (query: URLSearchParams) => Reply | null;

export interface LoopbackApi {
  url: string;
  /** Paths with their queries, in the order they were asked. */
  asked: string[];
  /** May be changed while the server runs. A route that answers null leaves the request open for ever. */
  routes: Record<string, Route>;
  close: () => Promise<void>;
}

export async function startApi(routes: Record<string, Route>): Promise<LoopbackApi> {
  const server = createServer((request, response) => { answer(api, request, response); });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  const api: LoopbackApi = {
    url: `http://127.0.0.1:${port}`,
    asked: [],
    routes,
    close: () =>
      new Promise((closed) => {
        server.close(() => { closed(); });
        server.closeAllConnections();
      }),
  };
  return api;
}

function answer(api: LoopbackApi, request: IncomingMessage, response: ServerResponse): void {
  const path = request.url ?? "/";
  api.asked.push(path);
  const { pathname, searchParams } = new URL(path, api.url);
  const route = api.routes[pathname];
  const reply = route ? route(searchParams) : failure(404, "NOT_FOUND", `no route ${pathname}`);
  if (!reply) return;
  response.writeHead(reply.status, { "content-type": "application/json", "access-control-allow-origin": "*" });
  response.end(reply.body);
}

export function success(data: unknown, asOf: string | null = AS_OF, timestamp = NOW): Reply {
  const meta = { timestamp, version: "0.1.0", request_id: "req-success", as_of: asOf };
  return { status: 200, body: JSON.stringify({ success: true, data, meta }) };
}

export function failure(status: number, code: string, message: string, details: object = {}): Reply {
  const meta = { timestamp: NOW, request_id: "req-failure" };
  return { status, body: JSON.stringify({ success: false, error: { code, message, details }, meta }) };
}
