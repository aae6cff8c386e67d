extension TaskstatsFixture {
    /// Version 13, Linux 6.1: 416 bytes; its command name is followed by the rest of a longer one.
    static let version13 = version9.extended(
        to: 13,
        changing: """
            0d 00                                            # version 13
            8b 00 00 00                                      # ac_exitcode 139
            38                                               # ac_flag 56
            13                                               # ac_nice 19
            63 63 31 70 6c 75 73 00 6c 65 66 74 20 6f 76 65
            72 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  # ac_comm cc1plus
            05                                               # ac_sched 5
            """,
        adding: """
            98 3e 6f 36 d6 29 00 00                          # ac_btime64 46000013000344
            a0 4e 14 0b bf 2a 00 00                          # compact_count 47000013000352
            a8 5e b9 df a7 2b 00 00                          # compact_delay_total 48000013000360
            b0 1c 68 50                                      # ac_tgid 1349000368
            ee ee ee ee                                      # padding
            b8 7e 03 89 79 2d 00 00                          # ac_tgetime 50000013000376
            01 08 00 00 00 00 00 00                          # ac_exe_dev 8:1
            c8 9e 4d 32 4b 2f 00 80                          # ac_exe_inode 9223424036867776200
            d0 ae f2 06 34 30 00 00                          # wpcopy_count 53000013000400
            d8 be 97 db 1c 31 00 00                          # wpcopy_delay_total 54000013000408
            """,
        command: [0x63, 0x63, 0x31, 0x70, 0x6c, 0x75, 0x73],
        values: [
            "version": 13,
            "ac_exitcode": 139,
            "ac_flag": 56,
            "ac_nice": 19,
            "ac_sched": 5,
            "ac_btime64": 46_000_013_000_344,
            "compact_count": 47_000_013_000_352,
            "compact_delay_total": 48_000_013_000_360,
            "ac_tgid": 1_349_000_368,
            "ac_tgetime": 50_000_013_000_376,
            "ac_exe_dev": 2049,
            "ac_exe_inode": 9_223_424_036_867_776_200,
            "wpcopy_count": 53_000_013_000_400,
            "wpcopy_delay_total": 54_000_013_000_408,
        ])
}
