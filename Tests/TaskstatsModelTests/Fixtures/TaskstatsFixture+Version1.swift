extension TaskstatsFixture {
    /// Version 1, Linux 2.6.18: only delays and run times, without accounting fields before them.
    static let version1 = TaskstatsFixture(
        version: 1, kind: .task,
        hex: """
            01 00                                            # version 1
            ee ee ee ee ee ee                                # padding
            48 62 59 a9 d1 01 00 00                          # cpu_count 2000001000008
            50 72 fe 7d ba 02 00 80                          # cpu_delay_total 9223375036855775824
            58 82 a3 52 a3 03 00 00                          # blkio_count 4000001000024
            60 92 48 27 8c 04 00 00                          # blkio_delay_total 5000001000032
            68 a2 ed fb 74 05 00 00                          # swapin_count 6000001000040
            70 b2 92 d0 5d 06 00 00                          # swapin_delay_total 7000001000048
            78 c2 37 a5 46 07 00 00                          # cpu_run_real_total 8000001000056
            80 d2 dc 79 2f 08 00 00                          # cpu_run_virtual_total 9000001000064
            """,
        command: nil,
        values: [
            "version": 1,
            "cpu_count": 2_000_001_000_008,
            "cpu_delay_total": 9_223_375_036_855_775_824,
            "blkio_count": 4_000_001_000_024,
            "blkio_delay_total": 5_000_001_000_032,
            "swapin_count": 6_000_001_000_040,
            "swapin_delay_total": 7_000_001_000_048,
            "cpu_run_real_total": 8_000_001_000_056,
            "cpu_run_virtual_total": 9_000_001_000_064,
        ])
}
