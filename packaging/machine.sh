# shellcheck shell=bash
# Readies a Debian 12 machine. Sourced by ./quickstart and ./check, from the top of the repository; nothing here does
# anything, not even ask the network, on a machine that is ready.

# The words before a command that needs root: none for root itself, otherwise sudo.
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  as_root=(sudo)
fi

say() {
  printf '\n==> %s\n' "$*"
}

# missing_packages GROUP...: prints those of packaging/debian-packages.txt that are not installed.
missing_packages() {
  local group package
  while read -r group package; do
    case " $* " in
      *" $group "*)
        if [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
          echo "$package"
        fi
        ;;
    esac
  done < <(grep -Ev '^(#|$)' packaging/debian-packages.txt)
}

# install_packages GROUP...
install_packages() {
  local packages
  if ! command -v apt-get >/dev/null; then
    echo "This is not a Debian: install what packaging/debian-packages.txt lists by other means." >&2
    return
  fi
  mapfile -t packages < <(missing_packages "$@")
  if [ ${#packages[@]} -eq 0 ]; then
    return
  fi
  say "Installing ${packages[*]}"
  if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
    echo "That takes root, and there is no sudo. As root: apt-get install ${packages[*]}" >&2
    return 1
  fi
  # A fresh machine may have no package lists, or lists so old that their packages are gone.
  if ! compgen -G '/var/lib/apt/lists/*Packages*' >/dev/null; then
    "${as_root[@]}" apt-get update -q
  fi
  apt_install "${packages[@]}" || { "${as_root[@]}" apt-get update -q && apt_install "${packages[@]}"; }
}

apt_install() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
}

# mount_kernel_filesystems: what tracing reads. A machine that forbids it loses the tests that need it, not all.
mount_kernel_filesystems() {
  local type dir
  while read -r type dir; do
    if [ -d "$dir" ] && ! grep -q " $dir $type " /proc/mounts; then
      say "Mounting $type on $dir"
      "${as_root[@]}" mount -t "$type" "$type" "$dir" || echo "could not mount $type on $dir" >&2
    fi
  done <<'TABLE'
tracefs /sys/kernel/tracing
debugfs /sys/kernel/debug
bpf /sys/fs/bpf
TABLE
}
