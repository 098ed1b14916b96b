# Rust, Node and Python are asked for, never installed. Sourced by bootstrap.sh.
# shellcheck shell=bash

# at_least VERSION MINIMUM: compares dotted versions.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

# The first dotted number in a text.
version_in() { grep -oE '[0-9]+(\.[0-9]+)+' <<<"$1" | head -n 1; }

LACKING=()

# need COMMAND MINIMUM HOW-TO-GET-IT
need() {
    local command=$1 minimum=$2 how=$3 found
    has "$command" || { LACKING+=("$command $minimum or newer is missing: $how"); return 0; }
    found=$(version_in "$("$command" --version 2>&1)")
    at_least "${found:-0}" "$minimum" || LACKING+=("$command is $found, $minimum or newer is needed: $how")
}

require_toolchains() {
    local rust
    rust=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$ROOT/Cargo.toml" | head -n 1)
    need cargo "${rust:-1.95}" "https://rustup.rs, then 'rustup toolchain install stable'"
    need node 20.19 "https://nodejs.org"
    has npm || LACKING+=("npm is missing: it comes with Node.js, https://nodejs.org")
    need "$PYTHON" 3.10 "Debian package python3"
    if [ "$1" = test ]; then
        has cargo-fmt || LACKING+=("rustfmt is missing: rustup component add rustfmt")
        has cargo-clippy || LACKING+=("clippy is missing: rustup component add clippy")
    fi
    [ ${#LACKING[@]} -eq 0 ] && return
    printf 'bootstrap: %s\n' "${LACKING[@]}" >&2
    exit 1
}
