#!/bin/sh
# Downloads Debian's current kernels for the tests that read a whole one; needs apt, no root, and installs nothing.
# Usage: ./fetch-kernel.sh [FLAVOUR...], default: amd64 cloud-amd64
#
# Each goes into a folder of its own, whose path is printed:
#   CACHE/linux-image-6.1.0-56-amd64_6.1.192-2/vmlinuz      and of amd64 three modules with many sites
# CACHE is $POKE_SIM_KERNELS, else $XDG_CACHE_HOME/poke-sim/kernels, else ~/.cache/poke-sim/kernels.
# What is there already and unchanged is not fetched again; older versions of the flavour are removed.
# Kernels are GPL works: none of this may be committed or released.
#
# Status: 0 all are there, 1 one is not; standard error says why.
set -u
export LC_ALL=C

cache=${POKE_SIM_KERNELS:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/poke-sim/kernels}
modules="amdgpu cifs bluetooth"

note() { echo "fetch-kernel: $*" >&2; }
for tool in apt-get apt-cache dpkg-deb sha256sum tar; do
    command -v "$tool" >/dev/null || { note "there is no $tool here; this needs Debian"; exit 1; }
done
mkdir -p "$cache" && work=$(mktemp -d "$cache/.part.XXXXXX") || { note "cannot write into $cache"; exit 1; }
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

reason() { sed -n 's/^[EW]: /: /p' "$work/log" 2>/dev/null | head -n 1; }

# The machine's package lists, or, if they are missing or out of date, some of our own.
lists=machine
apt() { # PROGRAM ARGUMENT...
    program=$1
    shift
    set -- -qq -o APT::Sandbox::User= -o Acquire::Retries=1 -o Acquire::http::Timeout=20 "$@"
    if [ $lists = own ]; then
        set -- -o Dir::State="$work/state" -o Dir::State::status="$work/state/status" -o Dir::Cache="$work/cache" "$@"
    fi
    "$program" "$@"
}
make_lists() {
    lists=own
    mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial" && : >"$work/state/status"
    apt apt-get -o APT::Update::Error-Mode=any update >"$work/log" 2>&1
}

# The metapackage depends on the current kernel's package.
find_package() { # FLAVOUR; sets package and version
    package=$(apt apt-cache depends --important "linux-image-$1" 2>/dev/null |
        sed -n 's/^.*Depends: \(linux-image-[0-9][^ ]*\)$/\1/p' | head -n 1)
    [ -n "$package" ] || return 1
    # From Debian 14 on the image itself is in a package that this one depends on.
    binary=$(apt apt-cache depends --important "$package" 2>/dev/null |
        sed -n 's/^.*Depends: \(linux-binary-[0-9][^ ]*\)$/\1/p' | head -n 1)
    package=${binary:-$package}
    version=$(apt apt-cache policy "$package" 2>/dev/null | sed -n 's/^ *Candidate: //p')
    [ -n "$version" ] && [ "$version" != "(none)" ]
}

# apt compares the package with the checksum in its signed lists.
download() {
    rm -rf "$work/deb"
    mkdir "$work/deb" && (cd "$work/deb" && apt apt-get download "$package=$version" >"$work/log" 2>&1)
}

unpack() { # FLAVOUR
    rm -rf "$work/tree" "$work/new"
    mkdir "$work/tree" "$work/new" &&
        dpkg-deb --fsys-tarfile "$work"/deb/*.deb >"$work/files.tar" &&
        tar -xf "$work/files.tar" -C "$work/tree" --wildcards '*/vmlinuz*' &&
        find "$work/tree" -type f -name 'vmlinuz*' -exec mv {} "$work/new/vmlinuz" \; || return 1
    for module in $modules; do # the small flavours lack some
        tar -xf "$work/files.tar" -C "$work/tree" --wildcards "*/$module.ko*" 2>/dev/null
    done
    find "$work/tree" -type f -name '*.ko*' -exec mv {} "$work/new" \;
    rm -f "$work/files.tar"
    echo "$1" >"$work/new/flavour"
    [ -s "$work/new/vmlinuz" ] && (cd "$work/new" && sha256sum -- * >"$work/sums" && mv "$work/sums" SHA256SUMS)
}

folder() { echo "$cache/linux-image-${package#linux-*-}_$version"; }
intact() { [ -r "$1/SHA256SUMS" ] && (cd "$1" && sha256sum --check --quiet --strict SHA256SUMS >/dev/null 2>&1); }

fetch() { # FLAVOUR
    { find_package "$1" || { make_lists && find_package "$1"; }; } ||
        { note "apt offers no linux-image-$1$(reason)"; return 1; }
    folder=$(folder)
    if ! intact "$folder"; then
        download || { make_lists && find_package "$1" && download; } ||
            { note "cannot download $package$(reason)"; return 1; }
        folder=$(folder)
        unpack "$1" || { note "cannot unpack $package"; return 1; }
        rm -rf "$folder"
        mv "$work/new" "$folder" || return 1
    fi
    for other in "$cache"/linux-image-*; do
        [ "$other" = "$folder" ] || [ "$(cat "$other/flavour" 2>/dev/null)" != "$1" ] || rm -rf "$other"
    done
    echo "$folder"
}

status=0
[ $# -gt 0 ] || set -- amd64 cloud-amd64
for flavour; do
    fetch "$flavour" || status=1
done
exit $status
