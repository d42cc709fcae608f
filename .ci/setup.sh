#!/bin/bash
# usage: .ci/setup.sh VENV REQUIREMENT "APT PACKAGES"
# Installs the Debian packages that are missing and the Python package with its dependencies.
set -euo pipefail
venv=$1 requirement=$2 packages=$3
python=${PYTHON:-python3}

die() {
    printf 'setup: %s\n' "$1" >&2
    [ $# -lt 2 ] || printf '  hint: %s\n' "$2" >&2
    exit 2
}

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

as_root() {
    if [ "$(id -u)" = 0 ]; then
        DEBIAN_FRONTEND=noninteractive "$@"
    else
        sudo DEBIAN_FRONTEND=noninteractive "$@"
    fi
}

# Runs apt-get as root; where it fails, shows the end of what it said: without a network it says
# the same of each of fifty packages.
apt() {
    local said
    said=$(as_root apt-get -qq -o APT::Update::Error-Mode=any "$@" 2>&1) && return
    tail -n 3 <<<"$said" | cut -c 1-160 >&2
    return 1
}

install_packages() {
    [ $# -gt 0 ] || return 0
    command -v apt-get >/dev/null ||
        die "these programs come from Debian packages, and there is no apt-get here: $*" \
            "install their like with your system's package manager and set WORKBENCH_NO_APT=1"
    local ask="ask an administrator for: apt-get install $*"
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null ||
            die "missing Debian packages, and neither root nor sudo to install them: $*" "$ask"
        sudo -n true 2>/dev/null || sudo -v ||
            die "missing Debian packages, and sudo refuses to install them: $*" "$ask"
    fi
    echo "setup: installing Debian packages: $*"
    local install=(install -y --no-install-recommends)
    apt "${install[@]}" "$@" 2>/dev/null && return  # the lists are there and recent enough
    apt update || die "the Debian package lists could not be fetched" "is there a network?"
    apt "${install[@]}" "$@" ||
        die "apt-get could not install: $*" "run it by hand: apt-get install $*"
}

missing=()
if [ -z "${WORKBENCH_NO_APT:-}" ]; then
    for package in $packages; do installed "$package" || missing+=("$package"); done
fi

command -v "$python" >/dev/null || die "no $python on PATH" "install Python 3.10 or newer"
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' ||
    die "$python is Python $version; the workbench needs 3.10 or newer" \
        "make PYTHON=python3.12 ..."
if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    missing+=("python$version-venv")  # Debian cuts venv out of python3
fi
if [ -z "${WORKBENCH_NO_APT:-}" ] && ! "$python" -c '
import pathlib, sysconfig, sys
sys.exit(not pathlib.Path(sysconfig.get_paths()["include"], "Python.h").exists())'; then
    missing+=("libpython$version-dev")  # for the C tracer; without it counting is slower
fi
install_packages "${missing[@]}"

clear=()
[ ! -f "$venv/pyvenv.cfg" ] || clear=(--clear)  # its mark: no other folder is emptied
"$venv/bin/python" -m pip --version >/dev/null 2>&1 ||  # absent, or left half-made
    "$python" -m venv "${clear[@]}" "$venv" ||
    die "$python could not make a virtual environment in $venv"
echo "setup: installing Python packages into $venv"
"$venv/bin/python" -m pip install -q --disable-pip-version-check -e "$requirement" ||
    die "pip could not install $requirement" "is there a network? pip's message is above"
