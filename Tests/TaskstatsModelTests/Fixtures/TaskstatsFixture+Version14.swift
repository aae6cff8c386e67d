extension TaskstatsFixture {
    /// Version 14, Linux 6.5: irq; its command name is not UTF-8.
    static let version14 = version13.extended(
        to: 14,
        changing: """
            0e 00                                            # version 14
            00 ff 00 00                                      # ac_exitcode 65280
            22                                               # ac_flag 34
            0a                                               # ac_nice 10
            62 61 64 ff fe c3 0a 22 00 00 00 00 00 00 00 00
            00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  # ac_comm not UTF-8
            06                                               # ac_sched 6
            ff fd 00 00 00 00 00 00                          # ac_exe_dev 253:255
            """,
        adding: """
            20 11 4c b0 05 32 00 00                          # irq_count 55000014000416
            28 21 f1 84 ee 32 00 80                          # irq_delay_total 9223428036868776232
            """,
        command: [0x62, 0x61, 0x64, 0xff, 0xfe, 0xc3, 0x0a, 0x22],
        values: [
            "version": 14,
            "ac_exitcode": 65280,
            "ac_flag": 34,
            "ac_nice": 10,
            "ac_sched": 6,
            "ac_exe_dev": 65023,
            "irq_count": 55_000_014_000_416,
            "irq_delay_total": 9_223_428_036_868_776_232,
        ])
}
