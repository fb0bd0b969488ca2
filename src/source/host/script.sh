# Says what this machine is. Reads, and changes nothing. $1 is the mark that begins a part, $2 whether containers
# are asked for; the other arguments are the command lines that print the version of a tool, each of which is run
# where the tool is there.
mark=$1
containers=$2
shift 2
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
here=$(pwd -P)
other=$(printf %s "$here" | tr 'a-zA-Z' 'A-Za-z')
if [ "$here" = "$other" ]; then say file-names ''; elif [ -d "$other" ]; then say file-names case-insensitive; else say file-names case-sensitive; fi
group=$(sed -n 's/^0:://p' /proc/self/cgroup)
for limit in memory.max cpu.max; do say "$limit" "$(cat "/sys/fs/cgroup${group%/}/$limit")"; done

part clock
date +%s

for tool in "$@"; do
  if command -v "${tool%% *}" >/dev/null; then
    part "tool $tool"
    # What a version is asked of has its words parted by spaces.
    $tool </dev/null 2>&1 | head -n 5
  fi
done

if [ "$containers" = containers ]; then
  for engine in docker podman; do
    command -v $engine >/dev/null || continue
    ids=$($engine ps --quiet --no-trunc </dev/null) || {
      # A client alone, without an engine, runs nothing.
      if [ -n "$DOCKER_HOST" ] || [ -S /var/run/docker.sock ]; then part containers; break; fi
      continue
    }
    part containers
    if [ -z "$ids" ]; then printf '[]'; else $engine inspect $ids </dev/null; fi
    part images
    if [ -z "$ids" ]; then printf '[]'; else $engine image inspect $($engine inspect --format '{{.Image}}' $ids </dev/null | sort -u) </dev/null; fi
    break
  done
fi
part end
