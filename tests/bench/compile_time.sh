# compile_time.sh COMPILER: how long each stage takes of scripts of more and more probes, of a large one, and of a deeply
# nested one. Writes a table in Markdown. Ten times the probes should take ten times as long.
set -euo pipefail
compiler=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# probes COUNT: they share their maps, as what a program generates does.
probes() {
  awk -v count="$1" 'BEGIN {
    for (i = 0; i < count; ++i)
      printf "tracepoint:raw_syscalls:sys_enter /args.id == %d/ { @a[comm, %d] = count(); $x = nsecs; printf(\"%%d %%s\\n\", $x, comm); }\n", i, i
  }'
}

# nested DEPTH
nested() {
  awk -v depth="$1" 'BEGIN {
    printf "BEGIN { "
    for (i = 0; i < depth; ++i) printf "if (nsecs > %d) { ", i
    printf "@ = count(); "
    for (i = 0; i < depth; ++i) printf "} "
    print "}"
  }'
}

# row SCRIPT ARGUMENT...: CPU time of all, and the times that -v tells, in milliseconds; a dash for a stage that was not
# asked for.
row() {
  local script=$1 stage
  shift
  TIMEFORMAT='%U %S'
  { time "$compiler" -v "$@" "$script.bt" >log 2>&1; } 2>cpu || { cat log >&2; exit 1; }
  printf '| %s | %d | %s |' "${script//_/ }" "$(($(stat -c %s "$script.bt") / 1000))" "$(awk '{ print $1 + $2 }' cpu)"
  for stage in parse analyze "compile to BPF" "make skeleton" "generate C++" "build tool"; do
    awk -v stage="$stage" 'index($0, stage) == 1 { time = $(NF - 1) } END { printf " %s |", time == "" ? "-" : time }' log
  done
  echo
}

echo "| script | kB | CPU, s | parse, ms | analyze, ms | compile to BPF, ms | skeleton, ms | C++, ms | build tool, ms |"
echo "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
for count in 10 100 1000 10000; do
  probes "$count" >"${count}_probes.bt"
  row "${count}_probes" -o tool
done
# No kernel takes as many programs: only what is ours.
probes 90000 >90000_probes.bt
row 90000_probes --emit=typed-ast -o /dev/null
nested 150 >150_nested_blocks.bt
row 150_nested_blocks -o tool
