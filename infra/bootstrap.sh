#!/usr/bin/env bash
# Installs what YTEMPIRE needs on this machine, and says what it does.
#
#   infra/bootstrap.sh run     to build and run: compilers, Postgres 16 with pgvector, the dashboard's packages
#   infra/bootstrap.sh test    the same, and what the tests use: Chromium, Java and Maven for a real Kafka, Python
#
# It changes only what is missing, so it is quick when all is there. Everything but Debian packages goes to
# ${XDG_CACHE_HOME:-~/.cache}/ytempire. Without the right to install packages it names what is missing, and ends with 1.
set -euo pipefail

INFRA=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(dirname "$INFRA")
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/ytempire
PYTHON=${PYTHON:-python3}

say() { printf 'bootstrap: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

# shellcheck source=infra/bootstrap/packages.sh
source "$INFRA/bootstrap/packages.sh"
# shellcheck source=infra/bootstrap/toolchains.sh
source "$INFRA/bootstrap/toolchains.sh"
# shellcheck source=infra/bootstrap/postgres.sh
source "$INFRA/bootstrap/postgres.sh"
# shellcheck source=infra/bootstrap/python.sh
source "$INFRA/bootstrap/python.sh"
# shellcheck source=infra/bootstrap/dashboard.sh
source "$INFRA/bootstrap/dashboard.sh"

# Two at once would unpack into each other's folders.
lock_the_cache() {
    mkdir -p "$CACHE"
    exec 9>"$CACHE/bootstrap.lock"
    flock --nonblock 9 && return
    say "another bootstrap is at work; waiting for it"
    flock 9
}

main() {
    local purpose=${1:-}
    case $purpose in
        run | test) ;;
        *) echo "usage: infra/bootstrap.sh run|test" >&2; exit 2 ;;
    esac
    require_toolchains "$purpose"
    install_packages "$purpose"
    lock_the_cache
    unpack_postgres
    install_dashboard_packages
    if [ "$purpose" = test ]; then
        create_python_environment
        "$INFRA/kafka/fetch.sh" >/dev/null
    fi
    say "all that '$purpose' needs is there"
}

main "$@"
