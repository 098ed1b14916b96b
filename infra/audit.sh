#!/usr/bin/env bash
# Checks what the dependencies are: licences, sources, banned crates; and known vulnerabilities.
#
#   infra/audit.sh quick    with cargo-deny as it is; without it, says so and ends with 0
#   infra/audit.sh full     builds cargo-deny first where it is missing (about 5 minutes), and asks for advisories too
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
VERSION=0.20.2
TOOLS=${XDG_CACHE_HOME:-$HOME/.cache}/ytempire/tools
export PATH=$TOOLS/bin:$PATH

case ${1:-} in
    quick)
        if ! command -v cargo-deny >/dev/null; then
            echo "audit: cargo-deny is not installed: licences and sources are NOT checked; 'make audit' builds it and does" >&2
            exit 0
        fi
        cargo-deny check bans licenses sources
        ;;
    full)
        if ! command -v cargo-deny >/dev/null; then
            echo "audit: building cargo-deny $VERSION, once; about 5 minutes on 2 cores" >&2
            cargo install --quiet --locked --root "$TOOLS" --target-dir "$TOOLS/target" "cargo-deny@$VERSION"
            rm -rf "$TOOLS/target"
        fi
        cargo-deny check bans licenses sources
        echo "audit: advisories come from the RustSec database, which needs its Git repository to be reachable" >&2
        cargo-deny check advisories
        ;;
    *)
        echo "usage: infra/audit.sh quick|full" >&2
        exit 2
        ;;
esac
