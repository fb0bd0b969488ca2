# Says what this machine is. Reads, and changes nothing. $1 is the mark that begins a part, $2 whether containers
# are asked for, $3 the folder whose file system is asked about; the other arguments are the command lines that print
# the version of a tool, each of which is run where the tool is there, and must not fetch another version of itself.
mark=$1
containers=$2
here=$3
shift 3
export GOTOOLCHAIN=local RUSTUP_AUTO_INSTALL=0 COREPACK_ENABLE_NETWORK=0 COREPACK_ENABLE_DOWNLOAD_PROMPT=0
PATH=$PATH:/usr/local/bin:/snap/bin:/opt/homebrew/bin
exec 2>/dev/null
part() { printf '\n%s %s\n' "$mark" "$1"; }
say() { printf '%s=%s\n' "$1" "$2"; }

part host
say kernel "$(uname -s) $(uname -r)"
say architecture "$(uname -m)"
if [ -r /etc/os-release ]; then
  say os "$(sed -n 's/^ID=//p' /etc/os-release | tr -d "\"'") $(sed -n 's/^VERSION_ID=//p' /etc/os-release | tr -d "\"'")"
elif command -v sw_vers >/dev/null; then
  say os "macos $(sw_vers -productVersion)"
fi
libc=$(getconf GNU_LIBC_VERSION)
[ -n "$libc" ] || for loader in /lib/ld-musl-*; do [ -e "$loader" ] && libc=musl; done
say libc "$libc"
say locale "${LC_ALL:-${LC_CTYPE:-${LANG:-POSIX}}}"
zone=${TZ:-$(readlink /etc/localtime | sed -n 's|.*/zoneinfo/||p')}
say timezone "${zone:-$(head -n 1 /etc/timezone)}"
say open-files "$(ulimit -n)"
here=${here:-$HOME}
other=$(printf %s "$here" | tr 'a-zA-Z' 'A-Za-z')
if [ "$here" = "$other" ]; then say file-names ''; elif [ -d "$other" ]; then say file-names case-insensitive; else say file-names case-sensitive; fi
group=$(sed -n 's/^0:://p' /proc/self/cgroup)
for limit in memory.max cpu.max; do say "$limit" "$(cat "/sys/fs/cgroup${group%/}/$limit")"; done

part clock
date +%s

for tool in "$@"; do
  command -v "${tool%% *}" >/dev/null || continue
  # What a version is asked of has its words parted by spaces. Some tell it where others complain.
  if said=$($tool </dev/null) && { [ -n "$said" ] || said=$($tool </dev/null 2>&1); }; then
    part "tool $tool"
    printf '%s\n' "$said" | head -n 5
  else
    part "failed $tool"
  fi
done

if [ "$containers" = containers ]; then
  for engine in docker podman; do
    command -v $engine >/dev/null || continue
    # One that does not answer may have an engine elsewhere, or not for this user.
    ids=$($engine ps --quiet --no-trunc </dev/null) || { part unasked; continue; }
    part containers
    if [ -z "$ids" ]; then printf '[]'; else $engine inspect $ids </dev/null; fi
    part images
    if [ -z "$ids" ]; then printf '[]'; else $engine image inspect $($engine inspect --format '{{.Image}}' $ids </dev/null | sort -u) </dev/null; fi
    break
  done
  for socket in /var/run/docker.sock "/run/user/$(id -u)/docker.sock" /run/podman/podman.sock; do
    [ ! -S "$socket" ] || command -v docker >/dev/null || command -v podman >/dev/null || part unasked
  done
fi
part end
