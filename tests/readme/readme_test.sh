# readme_test.sh README COMPILER_FOLDER WORK: does what README.md says under "Use it", with the script it begins with.
set -euo pipefail
readme=$1
PATH=$2:$PATH
work=$3

if [ "$(id -u)" -ne 0 ]; then
  echo "SKIPPED: running tools takes root"
  exit 77
fi

# A tool runs until Ctrl-C, which comes after a second here.
sudo() {
  timeout --preserve-status -s INT 1 "$@"
}

rm -rf "$work"
mkdir -p "$work"
cd "$work"
sed -n '/^\$ cat syscalls.bt$/{n;p;}' "$readme" >syscalls.bt
awk '/^## / { here = ($0 == "## Use it") } /^```/ { inside = here && $0 == "```" && !seen++; next } inside' "$readme" >commands
grep -q '^bpftracec' commands

set -x
# shellcheck source=/dev/null
. ./commands >output
set +x

grep -q '^@\[' output   # the counts of the script, from the run that ends by Ctrl-C
grep -q '^define ' output   # LLVM's intermediate representation
test -s calls.json
test "$(timeout 10 ./hi 2>/dev/null)" = hi
