import TestSupport

/// Complete messages of exits, with struct version 1 because it is the shortest.
enum MessageFixtures {
    /// The end of a process with one thread.
    static let task = HexFixture(
        """
        6c 00 00 00              # nlmsg_len 108
        1f 00                    # nlmsg_type, the family
        00 00                    # nlmsg_flags
        39 30 00 00              # nlmsg_seq, the CPU's 12345th record
        00 00 00 00              # nlmsg_pid, the kernel
        02 01 00 00              # genlmsghdr TASKSTATS_CMD_NEW, version 1
        58 00 04 00              # TASKSTATS_TYPE_AGGR_PID, 88 bytes
        08 00 01 00 2c 03 00 00  # TASKSTATS_TYPE_PID, 812
        4c 00 03 00              # TASKSTATS_TYPE_STATS, 76 bytes
        01 00 00 00 00 00 00 00  # version 1
        d2 04 00 00 00 00 00 00  # cpu_count 1234
        02 00 00 00 00 00 00 00  # cpu_delay_total
        03 00 00 00 00 00 00 00  # blkio_count
        04 00 00 00 00 00 00 00  # blkio_delay_total
        05 00 00 00 00 00 00 00  # swapin_count
        06 00 00 00 00 00 00 00  # swapin_delay_total
        07 00 00 00 00 00 00 00  # cpu_run_real_total
        08 07 06 05 04 03 02 01  # cpu_run_virtual_total
        """)

    /// The end of the last thread of a process, as in kernels before 2026: without a version in the sums.
    static let taskAndProcess = HexFixture(
        """
        c4 00 00 00              # nlmsg_len 196
        1f 00                    # nlmsg_type, the family
        00 00                    # nlmsg_flags
        3a 30 00 00              # nlmsg_seq
        00 00 00 00              # nlmsg_pid, the kernel
        02 01 00 00              # genlmsghdr TASKSTATS_CMD_NEW, version 1
        58 00 04 00              # TASKSTATS_TYPE_AGGR_PID, 88 bytes
        08 00 01 00 2d 03 00 00  # TASKSTATS_TYPE_PID, 813
        4c 00 03 00              # TASKSTATS_TYPE_STATS, 76 bytes
        01 00 00 00 00 00 00 00  # version 1
        05 00 00 00 00 00 00 00  # cpu_count
        00 00 00 00 00 00 00 00  # cpu_delay_total
        00 00 00 00 00 00 00 00  # blkio_count
        00 00 00 00 00 00 00 00  # blkio_delay_total
        00 00 00 00 00 00 00 00  # swapin_count
        00 00 00 00 00 00 00 00  # swapin_delay_total
        00 00 00 00 00 00 00 00  # cpu_run_real_total
        00 00 00 00 00 00 00 00  # cpu_run_virtual_total
        58 00 05 00              # TASKSTATS_TYPE_AGGR_TGID, 88 bytes
        08 00 02 00 2c 03 00 00  # TASKSTATS_TYPE_TGID, 812
        4c 00 03 00              # TASKSTATS_TYPE_STATS, 76 bytes
        00 00 00 00 00 00 00 00  # version 0
        09 00 00 00 00 00 00 00  # cpu_count
        00 00 00 00 00 00 00 00  # cpu_delay_total
        00 00 00 00 00 00 00 00  # blkio_count
        00 00 00 00 00 00 00 00  # blkio_delay_total
        00 00 00 00 00 00 00 00  # swapin_count
        00 00 00 00 00 00 00 00  # swapin_delay_total
        00 00 00 00 00 00 00 00  # cpu_run_real_total
        00 00 00 00 00 00 00 00  # cpu_run_virtual_total
        """)

    /// Padding for machines without unaligned reads: within the nest today, before it in kernels up to 4.6.
    static let padded = HexFixture(
        """
        74 00 00 00              # nlmsg_len 116
        1f 00                    # nlmsg_type, the family
        00 00                    # nlmsg_flags
        39 30 00 00              # nlmsg_seq
        00 00 00 00              # nlmsg_pid, the kernel
        02 01 00 00              # genlmsghdr TASKSTATS_CMD_NEW, version 1
        04 00 06 00              # TASKSTATS_TYPE_NULL, nothing
        5c 00 04 00              # TASKSTATS_TYPE_AGGR_PID, 92 bytes
        08 00 01 00 2c 03 00 00  # TASKSTATS_TYPE_PID, 812
        04 00 06 00              # TASKSTATS_TYPE_NULL, nothing
        4c 00 03 00              # TASKSTATS_TYPE_STATS, 76 bytes
        01 00 00 00 00 00 00 00  # version 1
        d2 04 00 00 00 00 00 00  # cpu_count 1234
        00 00 00 00 00 00 00 00  # cpu_delay_total
        00 00 00 00 00 00 00 00  # blkio_count
        00 00 00 00 00 00 00 00  # blkio_delay_total
        00 00 00 00 00 00 00 00  # swapin_count
        00 00 00 00 00 00 00 00  # swapin_delay_total
        00 00 00 00 00 00 00 00  # cpu_run_real_total
        00 00 00 00 00 00 00 00  # cpu_run_virtual_total
        """)
}
