extension TaskstatsFixture {
    /// Version 16, Linux 6.15: the size of version 15, with the extremes at the end.
    static let version16 = version14.extended(
        to: 16,
        changing: """
            10 00                                            # version 16
            86 00 00 00                                      # ac_exitcode 134
            39                                               # ac_flag 57
            f5                                               # ac_nice -11
            57 65 62 20 43 6f 6e 74 65 6e 74 00 00 00 00 00
            00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  # ac_comm Web Content
            04                                               # ac_sched 4
            fe ff ff ff                                      # ac_uid 4294967294
            c0 d4 5c 6e 8e 18 00 80                          # virtmem 9223399036870776000
            ff ff ff ff ff ff ff ff                          # cancelled_write_bytes 18446744073709551615
            70 03 11 11 00 00 00 00                          # ac_exe_dev 259:70000
            """,
        adding: """
            b0 b5 b4 59 d7 33 00 00                          # cpu_delay_max 57000016000432
            b8 c5 59 2e c0 34 00 80                          # cpu_delay_min 9223430036870776248
            c0 d5 fe 02 a9 35 00 00                          # blkio_delay_max 59000016000448
            c8 e5 a3 d7 91 36 00 00                          # blkio_delay_min 60000016000456
            d0 f5 48 ac 7a 37 00 00                          # swapin_delay_max 61000016000464
            d8 05 ee 80 63 38 00 00                          # swapin_delay_min 62000016000472
            e0 15 93 55 4c 39 00 00                          # freepages_delay_max 63000016000480
            e8 25 38 2a 35 3a 00 00                          # freepages_delay_min 64000016000488
            f0 35 dd fe 1d 3b 00 00                          # thrashing_delay_max 65000016000496
            f8 45 82 d3 06 3c 00 00                          # thrashing_delay_min 66000016000504
            00 56 27 a8 ef 3c 00 00                          # compact_delay_max 67000016000512
            08 66 cc 7c d8 3d 00 00                          # compact_delay_min 68000016000520
            10 76 71 51 c1 3e 00 00                          # wpcopy_delay_max 69000016000528
            18 86 16 26 aa 3f 00 00                          # wpcopy_delay_min 70000016000536
            20 96 bb fa 92 40 00 00                          # irq_delay_max 71000016000544
            28 a6 60 cf 7b 41 00 00                          # irq_delay_min 72000016000552
            """,
        command: [0x57, 0x65, 0x62, 0x20, 0x43, 0x6f, 0x6e, 0x74, 0x65, 0x6e, 0x74],
        values: [
            "version": 16,
            "ac_exitcode": 134,
            "ac_flag": 57,
            "ac_nice": 18_446_744_073_709_551_605,
            "ac_sched": 4,
            "ac_uid": 4_294_967_294,
            "virtmem": 9_223_399_036_870_776_000,
            "cancelled_write_bytes": 18_446_744_073_709_551_615,
            "ac_exe_dev": 286_327_664,
            "cpu_delay_max": 57_000_016_000_432,
            "cpu_delay_min": 9_223_430_036_870_776_248,
            "blkio_delay_max": 59_000_016_000_448,
            "blkio_delay_min": 60_000_016_000_456,
            "swapin_delay_max": 61_000_016_000_464,
            "swapin_delay_min": 62_000_016_000_472,
            "freepages_delay_max": 63_000_016_000_480,
            "freepages_delay_min": 64_000_016_000_488,
            "thrashing_delay_max": 65_000_016_000_496,
            "thrashing_delay_min": 66_000_016_000_504,
            "compact_delay_max": 67_000_016_000_512,
            "compact_delay_min": 68_000_016_000_520,
            "wpcopy_delay_max": 69_000_016_000_528,
            "wpcopy_delay_min": 70_000_016_000_536,
            "irq_delay_max": 71_000_016_000_544,
            "irq_delay_min": 72_000_016_000_552,
        ])
}
