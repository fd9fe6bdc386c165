#!/usr/bin/env bash
# Runs every command of docs/authors-guide.md as it stands there, in an empty folder, as a new author would.
# Must never do more than the guide says. Usage: docs/ten_minutes.sh FOLDER
set -euo pipefail
guide=$(cd "$(dirname "$0")" && pwd)/authors-guide.md
folder=${1:?name a new folder to work in}
mkdir "$folder" && cd "$folder"

# Each ```sh block becomes part of the first terminal's script; the block of the second terminal becomes a file that the
# first starts, and waits for until it says something.
awk '
    /^```sh second terminal$/ { out = "second.sh"; print "second_terminal" > "first.sh"; next }
    /^```sh$/                 { out = "first.sh"; next }
    /^```/                    { out = ""; next }
    out != ""                 { print > out }
' "$guide"

second=
trap '[ -z "$second" ] || kill -- -"$second" 2>/dev/null || true' EXIT
second_terminal() {
    (cd "$top" && exec setsid bash -euo pipefail second.sh) >"$top/second.log" 2>&1 &
    second=$!
    until grep -q . "$top/second.log"; do
        kill -0 "$second" || { cat "$top/second.log"; return 1; }
        sleep 0.1
    done
}
top=$PWD
set -x
. ./first.sh
