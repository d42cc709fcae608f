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

install_packages() {
    [ $# -gt 0 ] || return 0
    command -v apt-get >/dev/null ||
        die "these programs come from Debian packages, and there is no apt-get here: $*" \
            "install their like with your system's package manager and set WORKBENCH_NO_APT=1"
    [ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
        die "missing Debian packages, and neither root nor sudo to install them: $*" \
            "ask an administrator for: apt-get install $*"
    echo "setup: installing Debian packages: $*"
    if ! as_root apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1; then
        as_root apt-get update -qq ||
            die "the Debian package lists could not be fetched" "is there a network?"
        as_root apt-get install -y -qq --no-install-recommends "$@" >/dev/null ||
            die "apt-get could not install: $*" "run it by hand: apt-get install $*"
    fi
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

"$venv/bin/python" -m pip --version >/dev/null 2>&1 ||  # absent, or left half-made
    "$python" -m venv --clear "$venv" ||
    die "$python could not make a virtual environment in $venv"
echo "setup: installing Python packages into $venv"
"$venv/bin/python" -m pip install -q --disable-pip-version-check -e "$requirement" ||
    die "pip could not install $requirement" "is there a network? pip's message is above"
