extension TaskstatsFixture {
    /// Version 15, Linux 6.14: the extremes are in the middle.
    static let version15 = TaskstatsFixture(
        version: 15, kind: .task,
        hex: """
            0f 00                                            # version 15
            ee ee                                            # padding
            0f 00 00 00                                      # ac_exitcode 15
            30                                               # ac_flag 48
            fe                                               # ac_nice -2
            ee ee ee ee ee ee                                # padding
            d0 31 1e 28 8c 04 00 00                          # cpu_count 5000015000016
            d8 41 c3 fc 74 05 00 00                          # cpu_delay_total 6000015000024
            e0 51 68 d1 5d 06 00 80                          # cpu_delay_max 9223379036869775840
            e8 61 0d a6 46 07 00 00                          # cpu_delay_min 8000015000040
            f0 71 b2 7a 2f 08 00 00                          # blkio_count 9000015000048
            f8 81 57 4f 18 09 00 80                          # blkio_delay_total 9223382036869775864
            00 92 fc 23 01 0a 00 00                          # blkio_delay_max 11000015000064
            08 a2 a1 f8 e9 0a 00 00                          # blkio_delay_min 12000015000072
            10 b2 46 cd d2 0b 00 00                          # swapin_count 13000015000080
            18 c2 eb a1 bb 0c 00 00                          # swapin_delay_total 14000015000088
            20 d2 90 76 a4 0d 00 00                          # swapin_delay_max 15000015000096
            28 e2 35 4b 8d 0e 00 00                          # swapin_delay_min 16000015000104
            30 f2 da 1f 76 0f 00 00                          # cpu_run_real_total 17000015000112
            38 02 80 f4 5e 10 00 00                          # cpu_run_virtual_total 18000015000120
            70 6f 73 74 67 72 65 73 3a 20 31 35 00 00 00 00
            00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  # ac_comm postgres: 15
            07                                               # ac_sched 7
            ee ee ee                                         # ac_pad
            ee ee ee ee                                      # padding
            28 e1 b7 5a                                      # ac_uid 1522000168
            6c 23 c7 5a                                      # ac_gid 1523000172
            b0 65 d6 5a                                      # ac_pid 1524000176
            f4 a7 e5 5a                                      # ac_ppid 1525000180
            38 ea f4 5a                                      # ac_btime 1526000184
            ee ee ee ee                                      # padding
            80 92 4d 6e 8e 18 00 00                          # ac_etime 27000015000192
            88 a2 f2 42 77 19 00 00                          # ac_utime 28000015000200
            90 b2 97 17 60 1a 00 00                          # ac_stime 29000015000208
            98 c2 3c ec 48 1b 00 00                          # ac_minflt 30000015000216
            a0 d2 e1 c0 31 1c 00 00                          # ac_majflt 31000015000224
            a8 e2 86 95 1a 1d 00 00                          # coremem 32000015000232
            b0 f2 2b 6a 03 1e 00 00                          # virtmem 33000015000240
            b8 02 d1 3e ec 1e 00 00                          # hiwater_rss 34000015000248
            c0 12 76 13 d5 1f 00 00                          # hiwater_vm 35000015000256
            c8 22 1b e8 bd 20 00 00                          # read_char 36000015000264
            d0 32 c0 bc a6 21 00 00                          # write_char 37000015000272
            d8 42 65 91 8f 22 00 00                          # read_syscalls 38000015000280
            e0 52 0a 66 78 23 00 00                          # write_syscalls 39000015000288
            e8 62 af 3a 61 24 00 00                          # read_bytes 40000015000296
            f0 72 54 0f 4a 25 00 00                          # write_bytes 41000015000304
            f8 82 f9 e3 32 26 00 00                          # cancelled_write_bytes 42000015000312
            00 93 9e b8 1b 27 00 00                          # nvcsw 43000015000320
            08 a3 43 8d 04 28 00 00                          # nivcsw 44000015000328
            10 b3 e8 61 ed 28 00 00                          # ac_utimescaled 45000015000336
            18 c3 8d 36 d6 29 00 00                          # ac_stimescaled 46000015000344
            20 d3 32 0b bf 2a 00 00                          # cpu_scaled_run_real_total 47000015000352
            28 e3 d7 df a7 2b 00 00                          # freepages_count 48000015000360
            30 f3 7c b4 90 2c 00 00                          # freepages_delay_total 49000015000368
            38 03 22 89 79 2d 00 00                          # freepages_delay_max 50000015000376
            40 13 c7 5d 62 2e 00 00                          # freepages_delay_min 51000015000384
            48 23 6c 32 4b 2f 00 00                          # thrashing_count 52000015000392
            50 33 11 07 34 30 00 00                          # thrashing_delay_total 53000015000400
            58 43 b6 db 1c 31 00 00                          # thrashing_delay_max 54000015000408
            60 53 5b b0 05 32 00 00                          # thrashing_delay_min 55000015000416
            ff ff ff ff ff ff ff ff                          # ac_btime64 18446744073709551615
            70 73 a5 59 d7 33 00 00                          # compact_count 57000015000432
            78 83 4a 2e c0 34 00 00                          # compact_delay_total 58000015000440
            80 93 ef 02 a9 35 00 00                          # compact_delay_max 59000015000448
            88 a3 94 d7 91 36 00 00                          # compact_delay_min 60000015000456
            10 fa 0a 5d                                      # ac_tgid 1561000464
            ee ee ee ee                                      # padding
            98 c3 de 80 63 38 00 00                          # ac_tgetime 62000015000472
            00 fe 10 00 00 00 00 00                          # ac_exe_dev 254:256
            a8 e3 28 2a 35 3a 00 00                          # ac_exe_inode 64000015000488
            b0 f3 cd fe 1d 3b 00 00                          # wpcopy_count 65000015000496
            b8 03 73 d3 06 3c 00 00                          # wpcopy_delay_total 66000015000504
            c0 13 18 a8 ef 3c 00 00                          # wpcopy_delay_max 67000015000512
            c8 23 bd 7c d8 3d 00 00                          # wpcopy_delay_min 68000015000520
            d0 33 62 51 c1 3e 00 00                          # irq_count 69000015000528
            d8 43 07 26 aa 3f 00 00                          # irq_delay_total 70000015000536
            e0 53 ac fa 92 40 00 00                          # irq_delay_max 71000015000544
            e8 63 51 cf 7b 41 00 00                          # irq_delay_min 72000015000552
            """,
        command: [0x70, 0x6f, 0x73, 0x74, 0x67, 0x72, 0x65, 0x73, 0x3a, 0x20, 0x31, 0x35],
        values: [
            "version": 15,
            "ac_exitcode": 15,
            "ac_flag": 48,
            "ac_nice": 18_446_744_073_709_551_614,
            "cpu_count": 5_000_015_000_016,
            "cpu_delay_total": 6_000_015_000_024,
            "cpu_delay_max": 9_223_379_036_869_775_840,
            "cpu_delay_min": 8_000_015_000_040,
            "blkio_count": 9_000_015_000_048,
            "blkio_delay_total": 9_223_382_036_869_775_864,
            "blkio_delay_max": 11_000_015_000_064,
            "blkio_delay_min": 12_000_015_000_072,
            "swapin_count": 13_000_015_000_080,
            "swapin_delay_total": 14_000_015_000_088,
            "swapin_delay_max": 15_000_015_000_096,
            "swapin_delay_min": 16_000_015_000_104,
            "cpu_run_real_total": 17_000_015_000_112,
            "cpu_run_virtual_total": 18_000_015_000_120,
            "ac_sched": 7,
            "ac_uid": 1_522_000_168,
            "ac_gid": 1_523_000_172,
            "ac_pid": 1_524_000_176,
            "ac_ppid": 1_525_000_180,
            "ac_btime": 1_526_000_184,
            "ac_etime": 27_000_015_000_192,
            "ac_utime": 28_000_015_000_200,
            "ac_stime": 29_000_015_000_208,
            "ac_minflt": 30_000_015_000_216,
            "ac_majflt": 31_000_015_000_224,
            "coremem": 32_000_015_000_232,
            "virtmem": 33_000_015_000_240,
            "hiwater_rss": 34_000_015_000_248,
            "hiwater_vm": 35_000_015_000_256,
            "read_char": 36_000_015_000_264,
            "write_char": 37_000_015_000_272,
            "read_syscalls": 38_000_015_000_280,
            "write_syscalls": 39_000_015_000_288,
            "read_bytes": 40_000_015_000_296,
            "write_bytes": 41_000_015_000_304,
            "cancelled_write_bytes": 42_000_015_000_312,
            "nvcsw": 43_000_015_000_320,
            "nivcsw": 44_000_015_000_328,
            "ac_utimescaled": 45_000_015_000_336,
            "ac_stimescaled": 46_000_015_000_344,
            "cpu_scaled_run_real_total": 47_000_015_000_352,
            "freepages_count": 48_000_015_000_360,
            "freepages_delay_total": 49_000_015_000_368,
            "freepages_delay_max": 50_000_015_000_376,
            "freepages_delay_min": 51_000_015_000_384,
            "thrashing_count": 52_000_015_000_392,
            "thrashing_delay_total": 53_000_015_000_400,
            "thrashing_delay_max": 54_000_015_000_408,
            "thrashing_delay_min": 55_000_015_000_416,
            "ac_btime64": 18_446_744_073_709_551_615,
            "compact_count": 57_000_015_000_432,
            "compact_delay_total": 58_000_015_000_440,
            "compact_delay_max": 59_000_015_000_448,
            "compact_delay_min": 60_000_015_000_456,
            "ac_tgid": 1_561_000_464,
            "ac_tgetime": 62_000_015_000_472,
            "ac_exe_dev": 1_113_600,
            "ac_exe_inode": 64_000_015_000_488,
            "wpcopy_count": 65_000_015_000_496,
            "wpcopy_delay_total": 66_000_015_000_504,
            "wpcopy_delay_max": 67_000_015_000_512,
            "wpcopy_delay_min": 68_000_015_000_520,
            "irq_count": 69_000_015_000_528,
            "irq_delay_total": 70_000_015_000_536,
            "irq_delay_max": 71_000_015_000_544,
            "irq_delay_min": 72_000_015_000_552,
        ])
}
