extension TaskstatsFixture {
    /// Version 9, Linux 4.20: thrashing, and a uid that is negative as a signed number.
    static let version9 = version8.extended(
        to: 9,
        changing: """
            09 00                                            # version 9
            09 00 00 00                                      # ac_exitcode 9
            10                                               # ac_flag 16
            ec                                               # ac_nice -20
            73 68 00 00 00 00 00 00 00 00 00 00 00 00 00 00
            00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  # ac_comm sh
            03                                               # ac_sched 3
            fe ff ff ff                                      # ac_uid 4294967294
            """,
        adding: """
            88 15 e8 8c 04 28 00 00                          # thrashing_count 44000009000328
            90 25 8d 61 ed 28 00 80                          # thrashing_delay_total 9223417036863776144
            """,
        command: [0x73, 0x68],
        values: [
            "version": 9,
            "ac_exitcode": 9,
            "ac_flag": 16,
            "ac_nice": 18_446_744_073_709_551_596,
            "ac_sched": 3,
            "ac_uid": 4_294_967_294,
            "thrashing_count": 44_000_009_000_328,
            "thrashing_delay_total": 9_223_417_036_863_776_144,
        ])
}
