# shellcheck shell=sh disable=SC2119,SC2120,SC2154,SC2317
# Shared by the checks in the guest: starting a daemon, watching, ending processes in known ways. Used with `.`; the
# caller has set $programs. Results are lines like "ok ready: ..." and "failed ready: ...".

work=$(mktemp -d /tmp/kernels.XXXXXX)
chmod 755 "$work"
socket=$work/taskstats.sock
daemon=
failures=0

ok() { # ok CHECK TEXT
    echo "ok $1: $2"
}

failed() { # failed CHECK TEXT
    echo "failed $1: $2"
    failures=$((failures + 1))
}

expect() { # expect CHECK TEXT COMMAND...: reports the check by the status of the command
    check=$1
    text=$2
    shift 2
    if "$@"; then ok "$check" "$text"; else failed "$check" "not so: $text"; fi
}

await() { # await SECONDS COMMAND...: waits until the command succeeds; false when the time is over
    deadline=$(($(date +%s) + $1))
    shift
    until "$@"; do
        [ "$(date +%s)" -lt $deadline ] || return 1
        sleep 0.2
    done
}

tsctl() { "$programs/tsctl" "$@"; }

says() { # says TEXT: whether the daemon's log has this text
    grep -qF -- "$1" "$work/log"
}

start_daemon() { # start_daemon [LAUNCHER...]: false when it does not become ready
    : >"$work/log"
    "$@" "$programs/taskstatsd" --socket "$socket" >"$work/log" 2>&1 &
    daemon=$!
    await 180 grep -qE 'ready$' "$work/log" && return
    cat "$work/log"
    return 1
}

begin() { # begin CHECK [LAUNCHER...]: starts the daemon; without one there is nothing more to check
    check=$1
    shift
    if start_daemon "$@"; then
        ok "$check" "ready"
        sed 's/^/  log: /' "$work/log"
    else
        failed "$check" "the daemon is not ready, see above"
        exit 1
    fi
}

stop_daemon() {
    kill "$daemon"
    status=0
    wait "$daemon" || status=$?
    daemon=
    return $status
}

has_subscribers() { # has_subscribers NUMBER
    number=$(tsctl status --json --socket "$socket" | jq .daemon.subscribers)
    [ "${number:-0}" -ge "$1" ]
}

watch() { # watch [OPTION...]: records exits to $work/exits from now on
    # A shell starts commands in the background with SIGINT ignored.
    /usr/bin/env --default-signal=INT "$programs/tsctl" watch --json --socket "$socket" "$@" >"$work/exits" 2>"$work/watch.log" &
    watcher=$!
    await 60 has_subscribers 1
}

ended() { # ended [LAUNCHER...]: runs a process to its end, and adds its pid to $work/pids
    "$@" sh -c 'echo $$' >>"$work/pids"
}

unwatch() { # unwatch: ends the watch; its last message is in $work/watch.log
    kill -INT "$watcher"
    wait "$watcher"
}

leave() { # leave: ends the watch, when it has the exits of $work/pids; false if one is missing, or any was lost
    await 60 has_all
    missing=$?
    unwatch
    [ $missing -eq 0 ] && grep -q 'none lost$' "$work/watch.log" && return
    cat "$work/watch.log"
    echo "ended: $(tr '\n' ' ' <"$work/pids"); reported: $(jq .pid "$work/exits" | tr '\n' ' ')"
    return 1
}

has_all() {
    jq .pid "$work/exits" 2>/dev/null | sort -u >"$work/seen"
    ! sort -u "$work/pids" | grep -vqxFf "$work/seen"
}

cpu_of() { # cpu_of PID: the CPU of its exit
    jq "select(.pid == $1).cpu" "$work/exits"
}
