#!/bin/sh
# Puts Debian's kernel of a suite into a folder: fetch-kernel.sh SUITE DIRECTORY
#
# Makes DIRECTORY/vmlinuz and DIRECTORY/release (what `uname -r` will say). Does nothing if they are there. Status 77 (a
# skip) if the kernel can't be had, with the reason as the last line of stdout.
#
# The mirror is the one that this machine's own sources name for Debian; BPFTRACEC_DEBIAN_MIRROR names another one. All
# of apt's state is private to DIRECTORY, so the machine's own lists stay as they are.
set -eu

suite=$1
mkdir -p "$2"
directory=$(cd "$2" && pwd)

if [ -s "$directory/vmlinuz" ] && [ -s "$directory/release" ]; then
  exit 0
fi

skip() {
  rm -rf "$directory/apt"
  echo "$*"
  exit 77
}

command -v apt-get >/dev/null || skip "no apt-get here to fetch a Debian kernel with"
mirrors=${BPFTRACEC_DEBIAN_MIRROR-}
if [ -z "$mirrors" ]; then
  # Security updates have a mirror of their own, which lacks the other suites.
  mirrors=$(apt-get indextargets --format '$(ORIGIN) $(LABEL) $(REPO_URI)' 'Created-By: Packages' |
    sed -n 's/^Debian Debian //p' | sort -u)
fi
[ -n "$mirrors" ] || skip "this machine's apt sources name no Debian mirror (run apt-get update, or set BPFTRACEC_DEBIAN_MIRROR)"

keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -s "$keyring" ] || skip "no $keyring (package debian-archive-keyring)"

rm -rf "$directory/apt"
mkdir -p "$directory/apt/lists/partial" "$directory/apt/cache/archives/partial"
for mirror in $mirrors; do
  echo "deb [arch=amd64 signed-by=$keyring] $mirror $suite main"
done >"$directory/apt/sources.list"

# Old suites are no longer signed anew: their Release files are past their date.
with_apt() {
  "$@" -q \
    -o Dir::Etc::SourceList="$directory/apt/sources.list" -o Dir::Etc::SourceParts=- \
    -o Dir::State::Lists="$directory/apt/lists" -o Dir::Cache="$directory/apt/cache" \
    -o Dir::State::Status=/dev/null -o APT::Architecture=amd64 -o APT::Sandbox::User=root \
    -o Acquire::Check-Valid-Until=false -o Acquire::Languages=none -o Acquire::Retries=2
}
log="$directory/apt/log"
with_apt apt-get update --error-on=any >"$log" 2>&1 || skip "no index of $suite: $(tail -n 1 "$log")"

# The meta package names the current kernel. The cloud flavour has the same BPF options and is a third in size.
package=$(with_apt apt-cache show --no-all-versions linux-image-cloud-amd64 |
  sed -n 's/^Depends: *\(linux-image-[^ ,]*\).*/\1/p')
[ -n "$package" ] || skip "$suite has no linux-image-cloud-amd64"

cd "$directory/apt"
with_apt apt-get download "$package" >"$log" 2>&1 || skip "$package can't be fetched: $(tail -n 1 "$log")"
mkdir image
dpkg-deb --fsys-tarfile "$package"_*.deb | tar -x -C image --wildcards './boot/vmlinuz-*'
cd image/boot
for image in vmlinuz-*; do
  mv "$image" "$directory/vmlinuz"
  echo "${image#vmlinuz-}" >"$directory/release"
done
rm -rf "$directory/apt"
