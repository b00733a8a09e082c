# interrupt_test.sh COMPILER WORK: ends the compiler by a signal at several moments. Nothing may be left of what it was
# making, neither beside the output nor in $TMPDIR, and its status is that of a death by this signal.
set -euo pipefail
compiler=$1
work=$2

rm -rf "$work"
mkdir -p "$work/out" "$work/tmp"
cd "$work"
export TMPDIR=$work/tmp
echo 'BEGIN { printf("hi\n"); exit(); }' >script.bt

fail() {
  echo "FAILED: $*" >&2
  ls -lA out tmp >&2
  exit 1
}

# expect_clean WHAT [FILE]: that there is nothing, or nothing but FILE in out.
expect_clean() {
  [ -z "$(ls -A tmp)" ] || fail "$1: something is left in \$TMPDIR"
  case "$(ls -A out)" in
    "" | "${2-}") ;;
    *) fail "$1: something is left beside the output" ;;
  esac
  rm -f out/*
}

# start ARGUMENT...: the compiler in the background, where a shell would have it ignore SIGINT, and nohup SIGHUP.
start() {
  env --default-signal=INT,HUP,TERM "$compiler" "$@" &
}

# ---- while another program runs ----

# Stands for bpftool and the C++ compiler: says that it is there, and leaves the writing to a process of its own, as g++
# leaves it to the linker.
cat >program <<'PROGRAM'
#!/bin/sh
while [ $# -gt 0 ]; do
  [ "$1" != -o ] || output=$2
  shift
done
: >"$TMPDIR/intermediate"
(
  sleep 1
  : >"${output:-$TMPDIR/late}"
) &
: >"$RUNNING"
wait
PROGRAM
chmod +x program
export RUNNING=$work/running

interrupt_program() {
  local variable=$1 signal=$2 status=0
  rm -f running
  export "$variable=$work/program"
  start -o out/tool script.bt
  until [ -e running ]; do
    kill -0 $! || fail "the compiler ended before $variable ran"
    sleep 0.01
  done
  kill "-$signal" $!
  wait $! || status=$?
  [ "$status" -eq $((128 + $(kill -l "$signal"))) ] || fail "$variable, $signal: status $status"
  expect_clean "$variable, $signal"
  sleep 1.2
  expect_clean "$variable, a while after $signal"
  unset "$variable"
}

for signal in INT TERM HUP; do
  interrupt_program BPFTRACEC_BPFTOOL "$signal"
  interrupt_program BPFTRACEC_CXX "$signal"
done

# ---- at any moment ----

# What is there afterwards is nothing, or the whole tool: a signal may come when all is done.
interrupt_after() {
  local seconds=$1 signal=$2 status=0
  shift 2
  start -o out/tool "$@" script.bt
  sleep "$seconds"
  kill "-$signal" $! 2>/dev/null || true
  wait $! || status=$?
  [ "$status" -eq 0 ] || [ "$status" -eq $((128 + $(kill -l "$signal"))) ] || fail "$signal after $seconds s: status $status"
  [ "$status" -ne 0 ] || [ -s out/tool ] || fail "it succeeded and made nothing"
  expect_clean "$signal after $seconds s" tool
}

for hundredths in 00 01 02 03 04 05 06 07 08 09 10 12 14 16 18 20 25 30 35 40; do
  interrupt_after "0.$hundredths" TERM
  interrupt_after "0.$hundredths" INT
done
for milliseconds in 000 005 010 015 020 025 030 040; do
  interrupt_after "0.$milliseconds" TERM --emit=bpf-obj
done
