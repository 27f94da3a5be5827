#!/usr/bin/env bash
# Records everything again: record.sh [PROTOCOL...]. PYTHON names the interpreter that has the stacks.
set -e
cd "$(dirname "$0")"
python=${PYTHON:-/opt/rec/bin/python}
names=("$@")
[ ${#names[@]} -gt 0 ] || mapfile -t names < <(grep -l '^def record' ./*.py | xargs -n1 basename -s .py)
for name in "${names[@]}"; do
  "$python" "$name.py"
done
