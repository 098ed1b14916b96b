# The Python environment of the checks and notebooks: one folder per content of requirements.txt. Sourced by bootstrap.sh.
#
# Promises $CACHE/venv, a link to the environment that fits.
# shellcheck shell=bash

create_python_environment() {
    local requirements=$INFRA/python/requirements.txt name
    name=venv-$({ cat "$requirements"; "$PYTHON" -VV; } | sha256sum | cut -c1-12)
    if [ ! -e "$CACHE/$name/.complete" ] || ! "$CACHE/$name/bin/python" -c '' 2>/dev/null; then
        say "creating the Python environment $CACHE/$name (130 MB to fetch; about a minute)"
        rm -rf "${CACHE:?}/$name"
        "$PYTHON" -m venv "$CACHE/$name"
        "$CACHE/$name/bin/python" -m pip install --quiet --no-input --disable-pip-version-check \
            --requirement "$requirements" >&2 || fail "pip could not install $requirements"
        touch "$CACHE/$name/.complete"
    fi
    ln -sfn "$name" "$CACHE/venv"
}
