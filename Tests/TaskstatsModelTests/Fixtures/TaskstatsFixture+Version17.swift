extension TaskstatsFixture {
    /// Version 17, Linux 7.1: the ends of the longest waits.
    static let version17 = version16.extended(
        to: 17,
        changing: """
            11 00                                            # version 17
            00 2a 00 00                                      # ac_exitcode 10752
            23                                               # ac_flag 35
            f9                                               # ac_nice -7
            73 63 68 6c c3 bc 73 73 65 6c 00 00 00 00 00 00
            00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  # ac_comm schlüssel
            06                                               # ac_sched 6
            ff ff ff ff ff ff ff ff                          # ac_tgetime 18446744073709551615
            ff ff ff ff 00 00 00 00                          # ac_exe_dev 4095:1048575
            c8 a7 8a 32 4b 2f 00 80                          # ac_exe_inode 9223424036871776200
            68 e8 6f cf 7b 41 00 80                          # irq_delay_min 9223444036871776360
            """,
        adding: """
            70 a3 03 6b 00 00 00 00 70 c7 4f 0a 00 00 00 00  # cpu_delay_max_ts 1795400560.173000560
            80 a3 03 6b 00 00 00 00 c0 09 5f 0a 00 00 00 00  # blkio_delay_max_ts 1795400576.174000576
            90 a3 03 6b 00 00 00 00 10 4c 6e 0a 00 00 00 00  # swapin_delay_max_ts 1795400592.175000592
            a0 a3 03 6b 00 00 00 00 60 8e 7d 0a 00 00 00 00  # freepages_delay_max_ts 1795400608.176000608
            b0 a3 03 6b 00 00 00 00 b0 d0 8c 0a 00 00 00 00  # thrashing_delay_max_ts 1795400624.177000624
            c0 a3 03 6b 00 00 00 00 00 13 9c 0a 00 00 00 00  # compact_delay_max_ts 1795400640.178000640
            d0 a3 03 6b 00 00 00 00 50 55 ab 0a 00 00 00 00  # wpcopy_delay_max_ts 1795400656.179000656
            e0 a3 03 6b 00 00 00 00 ff c9 9a 3b 00 00 00 00  # irq_delay_max_ts 1795400672.999999999
            """,
        command: [0x73, 0x63, 0x68, 0x6c, 0xc3, 0xbc, 0x73, 0x73, 0x65, 0x6c],
        values: [
            "version": 17,
            "ac_exitcode": 10752,
            "ac_flag": 35,
            "ac_nice": 18_446_744_073_709_551_609,
            "ac_sched": 6,
            "ac_tgetime": 18_446_744_073_709_551_615,
            "ac_exe_dev": 4_294_967_295,
            "ac_exe_inode": 9_223_424_036_871_776_200,
            "irq_delay_min": 9_223_444_036_871_776_360,
            "cpu_delay_max_ts": 1_795_400_560_173_000_560,
            "blkio_delay_max_ts": 1_795_400_576_174_000_576,
            "swapin_delay_max_ts": 1_795_400_592_175_000_592,
            "freepages_delay_max_ts": 1_795_400_608_176_000_608,
            "thrashing_delay_max_ts": 1_795_400_624_177_000_624,
            "compact_delay_max_ts": 1_795_400_640_178_000_640,
            "wpcopy_delay_max_ts": 1_795_400_656_179_000_656,
            "irq_delay_max_ts": 1_795_400_672_999_999_999,
        ])
}
