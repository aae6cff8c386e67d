extension TaskstatsFixture {
    /// Version 16, Linux 6.15: the size of version 15, with the extremes at the end.
    static let version16 = TaskstatsFixture(
        version: 16, kind: .task,
        hex: """
            10 00                                            # version 16
            ee ee                                            # padding
            86 00 00 00                                      # ac_exitcode 134
            39                                               # ac_flag 57
            f5                                               # ac_nice -11
            ee ee ee ee ee ee                                # padding
            10 74 2d 28 8c 04 00 00                          # cpu_count 5000016000016
            18 84 d2 fc 74 05 00 00                          # cpu_delay_total 6000016000024
            20 94 77 d1 5d 06 00 00                          # blkio_count 7000016000032
            28 a4 1c a6 46 07 00 00                          # blkio_delay_total 8000016000040
            30 b4 c1 7a 2f 08 00 00                          # swapin_count 9000016000048
            38 c4 66 4f 18 09 00 00                          # swapin_delay_total 10000016000056
            40 d4 0b 24 01 0a 00 00                          # cpu_run_real_total 11000016000064
            48 e4 b0 f8 e9 0a 00 00                          # cpu_run_virtual_total 12000016000072
            57 65 62 20 43 6f 6e 74 65 6e 74 00 00 00 00 00
            00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  # ac_comm Web Content
            04                                               # ac_sched 4
            ee ee ee                                         # ac_pad
            ee ee ee ee                                      # padding
            fe ff ff ff                                      # ac_uid 4294967294
            bc 76 61 60                                      # ac_gid 1617000124
            00 b9 70 60                                      # ac_pid 1618000128
            44 fb 7f 60                                      # ac_ppid 1619000132
            88 3d 8f 60                                      # ac_btime 1620000136
            ee ee ee ee                                      # padding
            90 74 7e 72 19 13 00 00                          # ac_etime 21000016000144
            98 84 23 47 02 14 00 00                          # ac_utime 22000016000152
            a0 94 c8 1b eb 14 00 00                          # ac_stime 23000016000160
            a8 a4 6d f0 d3 15 00 00                          # ac_minflt 24000016000168
            b0 b4 12 c5 bc 16 00 00                          # ac_majflt 25000016000176
            b8 c4 b7 99 a5 17 00 00                          # coremem 26000016000184
            c0 d4 5c 6e 8e 18 00 80                          # virtmem 9223399036870776000
            c8 e4 01 43 77 19 00 00                          # hiwater_rss 28000016000200
            d0 f4 a6 17 60 1a 00 00                          # hiwater_vm 29000016000208
            d8 04 4c ec 48 1b 00 00                          # read_char 30000016000216
            e0 14 f1 c0 31 1c 00 00                          # write_char 31000016000224
            e8 24 96 95 1a 1d 00 00                          # read_syscalls 32000016000232
            f0 34 3b 6a 03 1e 00 00                          # write_syscalls 33000016000240
            f8 44 e0 3e ec 1e 00 00                          # read_bytes 34000016000248
            00 55 85 13 d5 1f 00 00                          # write_bytes 35000016000256
            ff ff ff ff ff ff ff ff                          # cancelled_write_bytes 18446744073709551615
            10 75 cf bc a6 21 00 00                          # nvcsw 37000016000272
            18 85 74 91 8f 22 00 00                          # nivcsw 38000016000280
            20 95 19 66 78 23 00 00                          # ac_utimescaled 39000016000288
            28 a5 be 3a 61 24 00 00                          # ac_stimescaled 40000016000296
            30 b5 63 0f 4a 25 00 00                          # cpu_scaled_run_real_total 41000016000304
            38 c5 08 e4 32 26 00 00                          # freepages_count 42000016000312
            40 d5 ad b8 1b 27 00 00                          # freepages_delay_total 43000016000320
            48 e5 52 8d 04 28 00 00                          # thrashing_count 44000016000328
            50 f5 f7 61 ed 28 00 00                          # thrashing_delay_total 45000016000336
            58 05 9d 36 d6 29 00 00                          # ac_btime64 46000016000344
            60 15 42 0b bf 2a 00 00                          # compact_count 47000016000352
            68 25 e7 df a7 2b 00 00                          # compact_delay_total 48000016000360
            b0 bf 49 62                                      # ac_tgid 1649000368
            ee ee ee ee                                      # padding
            78 45 31 89 79 2d 00 00                          # ac_tgetime 50000016000376
            70 03 11 11 00 00 00 00                          # ac_exe_dev 259:70000
            88 65 7b 32 4b 2f 00 00                          # ac_exe_inode 52000016000392
            90 75 20 07 34 30 00 00                          # wpcopy_count 53000016000400
            98 85 c5 db 1c 31 00 00                          # wpcopy_delay_total 54000016000408
            a0 95 6a b0 05 32 00 00                          # irq_count 55000016000416
            a8 a5 0f 85 ee 32 00 00                          # irq_delay_total 56000016000424
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
            "cpu_count": 5_000_016_000_016,
            "cpu_delay_total": 6_000_016_000_024,
            "blkio_count": 7_000_016_000_032,
            "blkio_delay_total": 8_000_016_000_040,
            "swapin_count": 9_000_016_000_048,
            "swapin_delay_total": 10_000_016_000_056,
            "cpu_run_real_total": 11_000_016_000_064,
            "cpu_run_virtual_total": 12_000_016_000_072,
            "ac_sched": 4,
            "ac_uid": 4_294_967_294,
            "ac_gid": 1_617_000_124,
            "ac_pid": 1_618_000_128,
            "ac_ppid": 1_619_000_132,
            "ac_btime": 1_620_000_136,
            "ac_etime": 21_000_016_000_144,
            "ac_utime": 22_000_016_000_152,
            "ac_stime": 23_000_016_000_160,
            "ac_minflt": 24_000_016_000_168,
            "ac_majflt": 25_000_016_000_176,
            "coremem": 26_000_016_000_184,
            "virtmem": 9_223_399_036_870_776_000,
            "hiwater_rss": 28_000_016_000_200,
            "hiwater_vm": 29_000_016_000_208,
            "read_char": 30_000_016_000_216,
            "write_char": 31_000_016_000_224,
            "read_syscalls": 32_000_016_000_232,
            "write_syscalls": 33_000_016_000_240,
            "read_bytes": 34_000_016_000_248,
            "write_bytes": 35_000_016_000_256,
            "cancelled_write_bytes": 18_446_744_073_709_551_615,
            "nvcsw": 37_000_016_000_272,
            "nivcsw": 38_000_016_000_280,
            "ac_utimescaled": 39_000_016_000_288,
            "ac_stimescaled": 40_000_016_000_296,
            "cpu_scaled_run_real_total": 41_000_016_000_304,
            "freepages_count": 42_000_016_000_312,
            "freepages_delay_total": 43_000_016_000_320,
            "thrashing_count": 44_000_016_000_328,
            "thrashing_delay_total": 45_000_016_000_336,
            "ac_btime64": 46_000_016_000_344,
            "compact_count": 47_000_016_000_352,
            "compact_delay_total": 48_000_016_000_360,
            "ac_tgid": 1_649_000_368,
            "ac_tgetime": 50_000_016_000_376,
            "ac_exe_dev": 286_327_664,
            "ac_exe_inode": 52_000_016_000_392,
            "wpcopy_count": 53_000_016_000_400,
            "wpcopy_delay_total": 54_000_016_000_408,
            "irq_count": 55_000_016_000_416,
            "irq_delay_total": 56_000_016_000_424,
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
