# shellcheck shell=sh
# Sourced by ./faircount and ./test. Makes a Python environment from a lock file, once, and leaves it alone afterwards.
#
#   ensure_venv FOLDER LOCK     after it, FOLDER/bin/python has every package of LOCK, each with the hash that LOCK states
#
# Words go to standard error only. Exit codes: 5 this machine lacks something (the message says what to type),
# 130 interrupted (the next call goes on from there).

say() { printf 'faircount: %s\n' "$*" >&2; }

lacking() {
    for sentence in "$@"; do say "$sentence"; done
    exit 5
}

# One file, the copy of the lock that was installed, is the whole test: no Python starts, so it costs milliseconds.
ensure_venv() {
    if [ -x "$1/bin/python" ] && cmp -s "$2" "$1/installed.lock"; then return 0; fi
    mkdir -p "$1" 2>/dev/null && [ -w "$1" ] ||
        lacking "cannot write to $1." "Name a folder that you may write to: FAIRCOUNT_VENV=\$HOME/.cache/faircount ./faircount …"
    take_turn "$1/installing"
    trap 'rm -f "$turn"' EXIT
    trap 'say "interrupted; the next call goes on from here."; exit 130' INT
    trap 'exit 143' TERM
    trap 'exit 129' HUP
    if [ ! -x "$1/bin/python" ] || ! cmp -s "$2" "$1/installed.lock"; then
        install_lock "$1" "$2"
    fi
    rm -f "$turn"
    trap - EXIT INT TERM HUP
}

# A symbolic link that holds our process number: made and filled in one step, so no one ever sees it half-written.
take_turn() {
    turn=$1
    waited=0
    until ln -sn "$$" "$turn" 2>/dev/null; do
        holder=$(readlink "$turn" 2>/dev/null) || continue
        if kill -0 "$holder" 2>/dev/null || [ -e "/proc/$holder" ]; then
            [ $((waited % 30)) -ne 0 ] ||
                say "waiting for process $holder, which is installing (if it is not: rm '$turn')."
            waited=$((waited + 1))
            sleep 1
        elif ln -sn "$$" "$turn.stale" 2>/dev/null; then # only one of the waiting clears up after the dead
            [ "$(readlink "$turn" 2>/dev/null)" != "$holder" ] || rm -f "$turn"
            rm -f "$turn.stale"
        else
            sleep 1
            find "$turn.stale" -prune -mmin +1 -exec rm -f {} + 2>/dev/null || : # … unless that one died too
        fi
    done
}

install_lock() {
    rm -f "$1/installed.lock"
    printf '*\n' >"$1/.gitignore"
    if ! "$1/bin/python" -c 'import pip' 2>/dev/null; then
        find_python
        say "making a Python environment in $1 (once)."
        rm -rf "$1/bin" "$1/lib" "$1/lib64" "$1/include" "$1/pyvenv.cfg"
        "$python" -m venv "$1" >&2 || lacking "'$python -m venv' failed; its words are above."
    fi
    say "installing the libraries that $(basename "$2") names (once; mostly under a minute; about 500 MB on disk)."
    quiet=--quiet
    [ ! -t 2 ] || quiet=
    # A lock names all that is needed, and no more than that: what a package asks for besides (--no-deps) we never call.
    # uv is ten times as fast as pip. It comes by its own lock; where it has no ready-made file, or fails, pip does it all.
    if pip_install "$1" "$(dirname "$2")/uv.txt" --quiet 4>/dev/null &&
        UV_SYSTEM_CERTS=true UV_LINK_MODE=copy "$1/bin/uv" pip install $quiet --python "$1/bin/python" \
            --no-deps --require-hashes --only-binary :all: -r "$2" >&2; then
        :
    elif pip_install "$1" "$2" $quiet 4>&2; then
        :
    else
        lacking "the libraries could not be installed; the reason is above." \
            "Most often: no network, a proxy, or a Python for which a library has no ready-made file." \
            "Nothing is lost: the same command goes on from here."
    fi
    cp "$2" "$1/installed.tmp" && mv "$1/installed.tmp" "$1/installed.lock"
    say "ready."
}

# pip_install FOLDER LOCK [OPTION …] 4>WORDS. pip's words have a door of their own: an interruption must still be said on 2.
pip_install() {
    pip=$1/bin/python lock=$2
    shift 2
    "$pip" -m pip --disable-pip-version-check --no-input install "$@" \
        --no-deps --require-hashes --only-binary :all: -r "$lock" >&4 2>&4
}

# Sets $python to the real program behind the first Python of 3.11 or later, one that can make environments.
find_python() {
    pick_python || {
        apt_install python3 python3-venv && pick_python
    } || lacking "Python 3.11 or later is needed and was not found." \
        "On Debian and Ubuntu: sudo apt-get install -y python3 python3-venv" \
        "Elsewhere, or where it is not on the PATH: FAIRCOUNT_PYTHON=/path/to/python3 ./faircount …"
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
        package=python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv
        apt_install "$package" && "$python" -c 'import ensurepip' 2>/dev/null ||
            lacking "this Python cannot make environments: Debian keeps that part in a package of its own." \
                "Type: sudo apt-get install -y $package"
    fi
}

pick_python() {
    for candidate in ${FAIRCOUNT_PYTHON:+"$FAIRCOUNT_PYTHON"} python3.13 python3.12 python3.11 python3; do
        # The real path: /usr/bin/python3 may become another version later, and an environment must not follow it.
        python=$("$candidate" -c 'import os, sys
if sys.version_info >= (3, 11): print(os.path.realpath(sys.executable))' 2>/dev/null) || continue
        [ -z "$python" ] || return 0
    done
    return 1
}

# Installs Debian packages where that needs no password; answers 1 where it is not for us to do.
apt_install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
    say "installing $* (Debian packages)."
    # Debian's own account of each file goes nowhere; what went wrong it says on standard error.
    DEBIAN_FRONTEND=noninteractive apt-get update -qq >/dev/null </dev/null &&
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null </dev/null
}
