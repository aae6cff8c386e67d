# bash completion of tsctl. Written by contrib/generate.

# Prints the options of a command, and the kind of its argument or of the value of an option.
_tsctl_table() {
    case $1 in
    '') options='--version --help --socket --debug' argument=words ;;
    get) options='--pid --tid --tgid --all --cgroup --threads --fields --sort --reverse --limit --interval --count --json --csv --iso --utc --reconnect --socket --debug --version --help' argument=none ;;
    top) options='--interval --sort --reverse --match --busy --threads --limit --count --batch --json --csv --iso --utc --socket --debug --version --help' argument=none ;;
    watch) options='--cpus --scope --failed --comm --uid --longer-than --filter --fields --summary --json --csv --iso --utc --for --count --reconnect --socket --debug --version --help' argument=none ;;
    run) options='--json --output --socket --debug --version --help' argument=none ;;
    record) options='--force --cpus --scope --failed --comm --uid --longer-than --filter --fields --for --count --reconnect --no-reconnect --socket --debug --version --help' argument=file ;;
    play) options='--raw --cpus --scope --failed --comm --uid --longer-than --filter --fields --summary --json --csv --iso --utc --version --help' argument=file ;;
    status) options='--interval --count --json --prometheus --openmetrics --output --reconnect --socket --debug --version --help' argument=none ;;
    fields) options='--group --json --socket --debug --version --help' argument=none ;;
    doctor) options='--json --socket --debug --version --help' argument=none ;;
    esac
    case $1$2 in
    --socket | get--socket | top--socket | watch--socket | run--output | run--socket | record--socket | status--output | status--socket | fields--socket | doctor--socket) kind=file ;;
    get--pid | get-p | get--tid | get--tgid | get-t | get--limit | get--interval | get--count | top--interval | top--match | top--limit | top--count | watch--cpus | watch--comm | watch--uid | watch--longer-than | watch--for | watch--count | record--cpus | record--comm | record--uid | record--longer-than | record--for | record--count | play--cpus | play--comm | play--uid | play--longer-than | status--interval | status--count) kind=none ;;
    get--cgroup) kind=directory ;;
    get--fields | watch--fields | record--fields | play--fields) kind=list words='identity cpu delay memory io context time extreme version ac_exitcode ac_flag ac_nice cpu_count cpu_delay_total blkio_count blkio_delay_total swapin_count swapin_delay_total cpu_run_real_total cpu_run_virtual_total ac_comm ac_sched ac_uid ac_gid ac_pid ac_ppid ac_btime ac_etime ac_utime ac_stime ac_minflt ac_majflt coremem virtmem hiwater_rss hiwater_vm read_char write_char read_syscalls write_syscalls read_bytes write_bytes cancelled_write_bytes nvcsw nivcsw ac_utimescaled ac_stimescaled cpu_scaled_run_real_total freepages_count freepages_delay_total thrashing_count thrashing_delay_total ac_btime64 compact_count compact_delay_total ac_tgid ac_tgetime ac_exe_dev ac_exe_inode wpcopy_count wpcopy_delay_total irq_count irq_delay_total cpu_delay_max cpu_delay_min blkio_delay_max blkio_delay_min swapin_delay_max swapin_delay_min freepages_delay_max freepages_delay_min thrashing_delay_max thrashing_delay_min compact_delay_max compact_delay_min wpcopy_delay_max wpcopy_delay_min irq_delay_max irq_delay_min cpu_delay_max_ts blkio_delay_max_ts swapin_delay_max_ts freepages_delay_max_ts thrashing_delay_max_ts compact_delay_max_ts wpcopy_delay_max_ts irq_delay_max_ts' ;;
    get--sort) kind=words words='pid user run cpuwait blkio swap reclaim thrash compact cow irq peak read written command version ac_exitcode ac_flag ac_nice cpu_count cpu_delay_total blkio_count blkio_delay_total swapin_count swapin_delay_total cpu_run_real_total cpu_run_virtual_total ac_comm ac_sched ac_uid ac_gid ac_pid ac_ppid ac_btime ac_etime ac_utime ac_stime ac_minflt ac_majflt coremem virtmem hiwater_rss hiwater_vm read_char write_char read_syscalls write_syscalls read_bytes write_bytes cancelled_write_bytes nvcsw nivcsw ac_utimescaled ac_stimescaled cpu_scaled_run_real_total freepages_count freepages_delay_total thrashing_count thrashing_delay_total ac_btime64 compact_count compact_delay_total ac_tgid ac_tgetime ac_exe_dev ac_exe_inode wpcopy_count wpcopy_delay_total irq_count irq_delay_total cpu_delay_max cpu_delay_min blkio_delay_max blkio_delay_min swapin_delay_max swapin_delay_min freepages_delay_max freepages_delay_min thrashing_delay_max thrashing_delay_min compact_delay_max compact_delay_min wpcopy_delay_max wpcopy_delay_min irq_delay_max irq_delay_min cpu_delay_max_ts blkio_delay_max_ts swapin_delay_max_ts freepages_delay_max_ts thrashing_delay_max_ts compact_delay_max_ts wpcopy_delay_max_ts irq_delay_max_ts' ;;
    top--sort) kind=words words='pid user run all cpuwait blkio swap reclaim thrash compact cow irq end command' ;;
    watch--scope | record--scope | play--scope) kind=words words='task process' ;;
    watch--filter | record--filter | play--filter) kind=words words='comm= exit=failed exit=ok exit=signaled gid= min_elapsed= ppid= uid=' ;;
    fields--group) kind=words words='identity cpu delay memory io context time extreme' ;;
    esac
}

_tsctl() {
    local current=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]} key= command= index
    local options= argument= kind= words=
    # To bash, the part after a "=" is a separate word.
    if [[ $current == = ]]; then
        key=$option option=${COMP_WORDS[COMP_CWORD - 2]} current=
    elif [[ $option == = ]]; then
        key=${COMP_WORDS[COMP_CWORD - 2]} option=${COMP_WORDS[COMP_CWORD - 3]}
    fi
    if [[ $key == --* ]]; then option=$key key=; fi
    for ((index = 1; index < COMP_CWORD; index++)); do
        if [[ ${COMP_WORDS[index]} == -- ]]; then
            if declare -F _command_offset >/dev/null; then
                _command_offset $((index + 1))
            else
                mapfile -t COMPREPLY < <(compgen -c -- "$current")
            fi
            return
        fi
        if [[ -n $command ]]; then continue; fi
        case ${COMP_WORDS[index]} in
        --socket)
            index=$((index + 1))
            if [[ ${COMP_WORDS[index]} == = ]]; then index=$((index + 1)); fi ;;
        -*) ;;
        *) command=${COMP_WORDS[index]} ;;
        esac
    done
    _tsctl_table "$command" "$option"
    if [[ -z $kind ]]; then
        if [[ $current == -* ]]; then kind=words words=$options; else kind=$argument words=${words:-get top watch run record play status fields doctor}; fi
    fi
    case $kind in
    file | directory)
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen "-${kind:0:1}" -- "$current") ;;
    list)
        compopt -o nospace
        mapfile -t COMPREPLY < <(compgen -P "${current%"${current##*,}"}" -W "$words" -- "${current##*,}") ;;
    words)
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "${key:+$key=}$current")
        if [[ ${COMPREPLY[0]} == *= ]]; then compopt -o nospace; fi
        if [[ -n $key ]]; then COMPREPLY=("${COMPREPLY[@]#"$key="}"); fi ;;
    esac
}

complete -F _tsctl tsctl
