# Runs a foreign program for a process that may die at any moment.
#
#   sh guardian.sh PROGRAM [ARGUMENT...]
#
# stdin         a pipe held open by that process. A line names a signal to pass on (KILL). The end of the pipe, or the
#               line STOP, ends the program: TERM at once, KILL after MAILFLEET_GUARD_GRACE tenths of a second (50).
# descriptor 3  receives the program's process id.
# MAILFLEET_GUARD_REMOVE  a folder to remove when the pipe closed without STOP and the program has gone.
grace=${MAILFLEET_GUARD_GRACE:-50}
remove=$MAILFLEET_GUARD_REMOVE
unset MAILFLEET_GUARD_GRACE MAILFLEET_GUARD_REMOVE
child=
trap '' INT HUP
trap '[ -n "$child" ] && kill -TERM "$child" 2>/dev/null' TERM
exec 4<&0 </dev/null
"$@" 3>&- 4<&- & child=$!
echo "$child" >&3
exec 3>&-
(
  # A subshell starts with the default for TERM: while it reads, the shell below may end it.
  while read -r word <&4; do
    if [ "$word" = STOP ]; then
      remove=
      break
    fi
    kill -s "$word" "$child" 2>/dev/null
  done
  trap '' TERM
  kill -TERM "$child" 2>/dev/null
  n=0
  while [ "$n" -lt "$grace" ] && kill -0 "$child" 2>/dev/null; do sleep 0.1; n=$((n + 1)); done
  kill -KILL "$child" 2>/dev/null
  while kill -0 "$child" 2>/dev/null; do sleep 0.1; done
  [ -z "$remove" ] || rm -rf "$remove"
) & watcher=$!
exec 4<&-
# wait returns early when a signal was passed on: only a child that has gone has a final code.
while :; do
  wait "$child"
  code=$?
  kill -0 "$child" 2>/dev/null || break
done
# What the program has left behind in this session (Dovecot's children with a client of their own stay half a minute).
trap '' TERM
kill -TERM 0
wait "$watcher" 2>/dev/null
exit "$code"
