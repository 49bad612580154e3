# Runs the processes of one broker and ends them when standard input ends, that is, when the JVM that
# holds the other end of the pipe closes it or dies, in whatever way.
#
# usage: guard.sh DIRECTORY [DETACH...]   DETACH runs its arguments in a session of their own
# stdin:  "run NAME" starts DIRECTORY/NAME.sh, output appended to DIRECTORY/NAME.log
#         "signal SIG PID"
# stdout: "NAME pid PID", "NAME exit STATUS"
dir=$1
shift
groups=""

# Prints the process ids given and those of all their descendants.
tree() {
  ps -A -o pid= -o ppid= 2>/dev/null | awk -v roots="$*" '
    { parent[$1] = $2 }
    END {
      n = split(roots, r, " ")
      for (i = 1; i <= n; i++) wanted[r[i]] = 1
      do {
        again = 0
        for (p in parent) if (!(p in wanted) && (parent[p] in wanted)) { wanted[p] = 1; again = 1 }
      } while (again)
      for (p in wanted) print p
    }'
}

# A zombie has ended; who has to collect it may take its time.
alive() {
  case $(ps -o stat= -p "$1" 2>/dev/null) in
    "" | *Z*) return 1 ;;
  esac
}

cleanup() {
  trap '' HUP INT TERM PIPE
  if [ -f "$dir/cleanup.sh" ]; then sh "$dir/cleanup.sh" </dev/null >/dev/null 2>&1; fi
  all=$(if [ -n "$groups" ]; then tree $groups; fi)
  for p in $groups; do
    kill -s KILL -- "-$p" 2>/dev/null
    kill -s KILL "$p" 2>/dev/null
  done
  for p in $all; do kill -s KILL "$p" 2>/dev/null; done
  wait
  tries=0
  for p in $all; do
    while [ $tries -lt 100 ] && alive "$p"; do
      sleep 0.02
      tries=$((tries + 1))
    done
  done
  rm -rf -- "$dir" || { sleep 1; rm -rf -- "$dir"; }
}

trap cleanup EXIT
trap 'exit 0' HUP INT TERM
trap : PIPE

while read -r command first second; do
  case $command in
    run)
      # The group leader outlives its child by a moment only, to report the exit status.
      "$@" sh -c '
        exec 3>&1 >>"$1/$2.log" 2>&1
        sh "$1/$2.sh" </dev/null 3>&- &
        echo "$2 pid $!" >&3
        wait $!
        echo "$2 exit $?" >&3' guarded "$dir" "$first" </dev/null &
      groups="$groups $!"
      ;;
    signal) kill -s "$first" "$second" 2>/dev/null ;;
  esac
done
