#!/bin/sh
# Runs the run-time cases on Debian's kernel of a suite, in a virtual machine:
#
#   run-vm.sh SUITE WORK_DIRECTORY RUNNER TOOLS PROGRAMS CASES [FILTER]
#
# RUNNER is the statically linked runtime_cases, TOOLS the folder where it keeps compiled tools, PROGRAMS and CASES the
# folders of tests/support/programs and tests/runtime. They keep their paths inside. Nothing is compiled for a kernel: the
# tools are those that run on this machine. Status 77 and a reason if there is no kernel or no emulator.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
suite=$1
work=$2
runner=$3
tools=$4
programs=$5
cases=$6
filter=${7-*}
kernel=$work/kernels/$suite
seconds=800

skip() {
  echo "skipped: $*"
  exit 77
}

for command in qemu-system-x86_64 busybox cpio timeout; do
  command -v "$command" >/dev/null || skip "no $command"
done
busybox=$(command -v busybox)
if ldd "$busybox" >/dev/null 2>&1; then
  skip "$busybox is not static (package busybox-static)"
fi
mkdir -p "$kernel"
status=0
reason=$("$here/fetch-kernel.sh" "$suite" "$kernel") || status=$?
[ "$status" -ne 77 ] || skip "$reason"
[ "$status" -eq 0 ] || exit "$status"

"$runner" --compile-all

root=$work/root.$suite
initramfs=$work/initramfs.$suite
console=$work/console.$suite.log
rm -rf "$root"
trap 'rm -rf "$root" "$initramfs"' EXIT INT TERM
for folder in /bin /dev /etc /proc /sys /tmp /sbin /usr/bin /vm "$(dirname "$runner")" "$programs" "$tools" "$cases"; do
  mkdir -p "$root$folder"
done
cp "$busybox" "$root/bin/busybox"
cp "$here/init" "$root/init"
chmod +x "$root/init"
echo root:x:0:0:root:/:/bin/sh >"$root/etc/passwd"
echo root:x:0: >"$root/etc/group"
printf "runner='%s'\nfilter='%s'\n" "$runner" "$filter" >"$root/vm/arguments"
ln "$runner" "$root$runner" 2>/dev/null || cp "$runner" "$root$runner"
find "$programs" -maxdepth 1 -type f -perm -u+x -exec cp '{}' "$root$programs/" ';'
cp -r "$cases/." "$root$cases/"
# Linked, not copied: they are a hundred megabytes together.
"$runner" --list-tools | while read -r tool; do
  ln "$tool" "$root$tools/" 2>/dev/null || cp "$tool" "$root$tools/"
done
# Not compressed: unpacking is what emulation is slow at.
(cd "$root" && find . | cpio --quiet -o -H newc) >"$initramfs"

# Its size twice, packed and unpacked, and what the kernel and the tools need.
memory=$((1024 + 2 * $(stat -c %s "$initramfs") / 1048576))
# Without cmpxchg16b: QEMU 7.2 gets the form without a lock prefix wrong, which the allocator of newer kernels (seen with 6.12)
# uses for its free lists: most boots ended in a double fault or a broken list, at random places. One thread for both
# processors: with one each, QEMU may run half of an instruction that the kernel is patching (static keys).
boot() {
  timeout --kill-after=10 "$seconds" qemu-system-x86_64 \
    -accel tcg,thread=single -cpu max,-cx16 -smp 2 -m "$memory" -nographic -no-reboot -nic none \
    -kernel "$kernel/vmlinuz" -initrd "$initramfs" \
    -append "console=ttyS0 quiet panic=-1 mitigations=off" </dev/null >"$console" 2>&1 || true
  # The console ends lines with carriage returns, and the firmware begins with control sequences.
  tr -d '\r' <"$console" >"$console.text"
  mv "$console.text" "$console"
}

# A guest that dies of the emulator dies somewhere else each time; one that dies of a tool does so again.
for attempt in 1 2 3; do
  boot
  ! grep -aq '^runner ended' "$console" || break
  echo "boot $attempt did not come to its end: $(grep -a -m 1 -e 'Kernel panic' -e 'BUG:' "$console" || echo "in $seconds s")"
done
grep -a '^kernel ' "$console" || grep -ao 'kernel [0-9].*' "$console" || true
if grep -aqx 'runner ended with status 0' "$console" && grep -aq '^\[  PASSED  \] [1-9]' "$console"; then
  grep -a -e '^\[  PASSED  \]' -e '^\[  SKIPPED \] [0-9]' "$console"
  grep -a -A 1 '^.*Skipped$' "$console" | grep -av -e Skipped -e '^--' | sort | uniq -c || true
  rm -f "$console"
  exit 0
fi
# From the first failure on.
sed -n '/^\[ RUN /h; /Failure$/,/^\[  FAILED/p' "$console" | head -n 400
echo "the whole console: $console"
exit 1
