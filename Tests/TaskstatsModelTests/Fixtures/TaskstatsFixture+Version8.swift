extension TaskstatsFixture {
    /// Version 8: the version of most long-lived kernels before 4.20.
    static let version8 = TaskstatsFixture(
        version: 8, kind: .task,
        hex: """
            08 00                                            # version 8
            ee ee                                            # padding
            00 07 00 00                                      # ac_exitcode 1792
            02                                               # ac_flag 2
            fb                                               # ac_nice -5
            ee ee ee ee ee ee                                # padding
            10 62 b3 27 8c 04 00 00                          # cpu_count 5000008000016
            18 72 58 fc 74 05 00 00                          # cpu_delay_total 6000008000024
            20 82 fd d0 5d 06 00 00                          # blkio_count 7000008000032
            28 92 a2 a5 46 07 00 00                          # blkio_delay_total 8000008000040
            30 a2 47 7a 2f 08 00 00                          # swapin_count 9000008000048
            38 b2 ec 4e 18 09 00 00                          # swapin_delay_total 10000008000056
            40 c2 91 23 01 0a 00 00                          # cpu_run_real_total 11000008000064
            48 d2 36 f8 e9 0a 00 00                          # cpu_run_virtual_total 12000008000072
            6b 77 6f 72 6b 65 72 2f 75 34 3a 32 00 00 00 00
            00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  # ac_comm kworker/u4:2
            01                                               # ac_sched 1
            ee ee ee                                         # ac_pad
            ee ee ee ee                                      # padding
            78 2c a3 30                                      # ac_uid 816000120
            bc 6e b2 30                                      # ac_gid 817000124
            00 b1 c1 30                                      # ac_pid 818000128
            44 f3 d0 30                                      # ac_ppid 819000132
            88 35 e0 30                                      # ac_btime 820000136
            ee ee ee ee                                      # padding
            90 62 04 72 19 13 00 00                          # ac_etime 21000008000144
            98 72 a9 46 02 14 00 00                          # ac_utime 22000008000152
            a0 82 4e 1b eb 14 00 00                          # ac_stime 23000008000160
            a8 92 f3 ef d3 15 00 00                          # ac_minflt 24000008000168
            b0 a2 98 c4 bc 16 00 00                          # ac_majflt 25000008000176
            b8 b2 3d 99 a5 17 00 80                          # coremem 9223398036862775992
            c0 c2 e2 6d 8e 18 00 00                          # virtmem 27000008000192
            c8 d2 87 42 77 19 00 00                          # hiwater_rss 28000008000200
            d0 e2 2c 17 60 1a 00 00                          # hiwater_vm 29000008000208
            d8 f2 d1 eb 48 1b 00 00                          # read_char 30000008000216
            e0 02 77 c0 31 1c 00 00                          # write_char 31000008000224
            e8 12 1c 95 1a 1d 00 00                          # read_syscalls 32000008000232
            f0 22 c1 69 03 1e 00 00                          # write_syscalls 33000008000240
            f8 32 66 3e ec 1e 00 00                          # read_bytes 34000008000248
            ff ff ff ff ff ff ff ff                          # write_bytes 18446744073709551615
            08 53 b0 e7 bd 20 00 00                          # cancelled_write_bytes 36000008000264
            10 63 55 bc a6 21 00 00                          # nvcsw 37000008000272
            18 73 fa 90 8f 22 00 00                          # nivcsw 38000008000280
            20 83 9f 65 78 23 00 00                          # ac_utimescaled 39000008000288
            28 93 44 3a 61 24 00 00                          # ac_stimescaled 40000008000296
            30 a3 e9 0e 4a 25 00 00                          # cpu_scaled_run_real_total 41000008000304
            38 b3 8e e3 32 26 00 00                          # freepages_count 42000008000312
            40 c3 33 b8 1b 27 00 00                          # freepages_delay_total 43000008000320
            """,
        command: [0x6b, 0x77, 0x6f, 0x72, 0x6b, 0x65, 0x72, 0x2f, 0x75, 0x34, 0x3a, 0x32],
        values: [
            "version": 8,
            "ac_exitcode": 1792,
            "ac_flag": 2,
            "ac_nice": 18_446_744_073_709_551_611,
            "cpu_count": 5_000_008_000_016,
            "cpu_delay_total": 6_000_008_000_024,
            "blkio_count": 7_000_008_000_032,
            "blkio_delay_total": 8_000_008_000_040,
            "swapin_count": 9_000_008_000_048,
            "swapin_delay_total": 10_000_008_000_056,
            "cpu_run_real_total": 11_000_008_000_064,
            "cpu_run_virtual_total": 12_000_008_000_072,
            "ac_sched": 1,
            "ac_uid": 816_000_120,
            "ac_gid": 817_000_124,
            "ac_pid": 818_000_128,
            "ac_ppid": 819_000_132,
            "ac_btime": 820_000_136,
            "ac_etime": 21_000_008_000_144,
            "ac_utime": 22_000_008_000_152,
            "ac_stime": 23_000_008_000_160,
            "ac_minflt": 24_000_008_000_168,
            "ac_majflt": 25_000_008_000_176,
            "coremem": 9_223_398_036_862_775_992,
            "virtmem": 27_000_008_000_192,
            "hiwater_rss": 28_000_008_000_200,
            "hiwater_vm": 29_000_008_000_208,
            "read_char": 30_000_008_000_216,
            "write_char": 31_000_008_000_224,
            "read_syscalls": 32_000_008_000_232,
            "write_syscalls": 33_000_008_000_240,
            "read_bytes": 34_000_008_000_248,
            "write_bytes": 18_446_744_073_709_551_615,
            "cancelled_write_bytes": 36_000_008_000_264,
            "nvcsw": 37_000_008_000_272,
            "nivcsw": 38_000_008_000_280,
            "ac_utimescaled": 39_000_008_000_288,
            "ac_stimescaled": 40_000_008_000_296,
            "cpu_scaled_run_real_total": 41_000_008_000_304,
            "freepages_count": 42_000_008_000_312,
            "freepages_delay_total": 43_000_008_000_320,
        ])
}
