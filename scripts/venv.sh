#!/bin/sh
# Makes .venv with a pip in it, from the first Python of a supported version, by whichever way this machine
# offers. Does not install the project's packages: the Makefile does, from the locks.
set -eu

cd "$(dirname "$0")/.."

supported='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))'

find_python() {
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
        if "$candidate" -c "$supported" 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
}

has_pip() { .venv/bin/python -m pip --version >/dev/null 2>&1; }

# Debian ships Python without ensurepip: `-m venv` then fails until python3-venv is there. A pip or uv that is
# already on the machine can put one into an environment made without it.
make_venv() {
    rm -rf .venv
    "$python" -m venv .venv >/dev/null 2>&1 && has_pip && return
    rm -rf .venv
    "$python" -m venv --without-pip .venv >/dev/null 2>&1 || return 1
    "$python" -m pip --python .venv/bin/python install -qq pip 2>/dev/null && has_pip && return
    command -v uv >/dev/null && uv pip install -q --python .venv/bin/python pip && has_pip && return
    return 1
}

install_venv_package() {
    command -v apt-get >/dev/null || return 1
    if [ "$(id -u)" = 0 ]; then
        apt=apt-get
    elif [ "${CI:-}" = true ]; then
        apt='sudo -n apt-get'
    else
        return 1
    fi
    export DEBIAN_FRONTEND=noninteractive
    $apt install -qq -y "$1" >/dev/null 2>&1 ||
        { $apt update -qq >/dev/null && $apt install -qq -y "$1" >/dev/null; }
}

python=$(find_python)
if [ -z "$python" ]; then
    echo "Turnero needs Python 3.11, 3.12 or 3.13, and none was found." >&2
    echo "Install one (on Debian 12 or later: apt-get install python3 python3-venv)," >&2
    echo "or name it: make setup PYTHON=/path/to/python3.12" >&2
    exit 1
fi

version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
echo "Making .venv with Python $version"
make_venv && exit
install_venv_package "python$version-venv" && make_venv && exit

rm -rf .venv
echo "Python $version on this machine cannot make a virtual environment with pip in it." >&2
echo "On Debian and Ubuntu: apt-get install python$version-venv (or python3-venv), then again." >&2
exit 1
