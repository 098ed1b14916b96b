# The dashboard's npm packages, as its lock file names them. Sourced by bootstrap.sh.
# shellcheck shell=bash

install_dashboard_packages() {
    local folder=$ROOT/api/dashboard lock stamp
    stamp=$folder/node_modules/.lock.sha256
    if [ ! -e "$folder/package.json" ]; then
        say "no api/dashboard/package.json: skipping the dashboard's packages"
        return
    fi
    lock=$(sha256sum <"$folder/package-lock.json")
    [ "$(cat "$stamp" 2>/dev/null)" != "$lock" ] || return 0
    say "installing the dashboard's npm packages (npm ci)"
    (cd "$folder" && npm ci --no-audit --no-fund --loglevel=error >&2 </dev/null) || fail "npm ci failed in api/dashboard"
    echo "$lock" >"$stamp"
}
