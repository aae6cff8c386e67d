extension TaskstatsFixture {
    /// Version 17, Linux 7.1: the ends of the longest waits.
    static let version17 = TaskstatsFixture(
        version: 17, kind: .task,
        hex: """
            11 00                                            # version 17
            ee ee                                            # padding
            00 2a 00 00                                      # ac_exitcode 10752
            23                                               # ac_flag 35
            f9                                               # ac_nice -7
            ee ee ee ee ee ee                                # padding
            50 b6 3c 28 8c 04 00 00                          # cpu_count 5000017000016
            58 c6 e1 fc 74 05 00 00                          # cpu_delay_total 6000017000024
            60 d6 86 d1 5d 06 00 00                          # blkio_count 7000017000032
            68 e6 2b a6 46 07 00 00                          # blkio_delay_total 8000017000040
            70 f6 d0 7a 2f 08 00 00                          # swapin_count 9000017000048
            78 06 76 4f 18 09 00 00                          # swapin_delay_total 10000017000056
            80 16 1b 24 01 0a 00 00                          # cpu_run_real_total 11000017000064
            88 26 c0 f8 e9 0a 00 00                          # cpu_run_virtual_total 12000017000072
            73 63 68 6c c3 bc 73 73 65 6c 00 00 00 00 00 00
            00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  # ac_comm schlüssel
            06                                               # ac_sched 6
            ee ee ee                                         # ac_pad
            ee ee ee ee                                      # padding
            78 15 48 66                                      # ac_uid 1716000120
            bc 57 57 66                                      # ac_gid 1717000124
            00 9a 66 66                                      # ac_pid 1718000128
            44 dc 75 66                                      # ac_ppid 1719000132
            88 1e 85 66                                      # ac_btime 1720000136
            ee ee ee ee                                      # padding
            d0 b6 8d 72 19 13 00 00                          # ac_etime 21000017000144
            d8 c6 32 47 02 14 00 00                          # ac_utime 22000017000152
            e0 d6 d7 1b eb 14 00 00                          # ac_stime 23000017000160
            e8 e6 7c f0 d3 15 00 00                          # ac_minflt 24000017000168
            f0 f6 21 c5 bc 16 00 00                          # ac_majflt 25000017000176
            f8 06 c7 99 a5 17 00 00                          # coremem 26000017000184
            00 17 6c 6e 8e 18 00 00                          # virtmem 27000017000192
            08 27 11 43 77 19 00 00                          # hiwater_rss 28000017000200
            10 37 b6 17 60 1a 00 00                          # hiwater_vm 29000017000208
            18 47 5b ec 48 1b 00 00                          # read_char 30000017000216
            20 57 00 c1 31 1c 00 00                          # write_char 31000017000224
            28 67 a5 95 1a 1d 00 00                          # read_syscalls 32000017000232
            30 77 4a 6a 03 1e 00 00                          # write_syscalls 33000017000240
            38 87 ef 3e ec 1e 00 00                          # read_bytes 34000017000248
            40 97 94 13 d5 1f 00 00                          # write_bytes 35000017000256
            48 a7 39 e8 bd 20 00 00                          # cancelled_write_bytes 36000017000264
            50 b7 de bc a6 21 00 00                          # nvcsw 37000017000272
            58 c7 83 91 8f 22 00 00                          # nivcsw 38000017000280
            60 d7 28 66 78 23 00 00                          # ac_utimescaled 39000017000288
            68 e7 cd 3a 61 24 00 00                          # ac_stimescaled 40000017000296
            70 f7 72 0f 4a 25 00 00                          # cpu_scaled_run_real_total 41000017000304
            78 07 18 e4 32 26 00 00                          # freepages_count 42000017000312
            80 17 bd b8 1b 27 00 00                          # freepages_delay_total 43000017000320
            88 27 62 8d 04 28 00 00                          # thrashing_count 44000017000328
            90 37 07 62 ed 28 00 00                          # thrashing_delay_total 45000017000336
            98 47 ac 36 d6 29 00 00                          # ac_btime64 46000017000344
            a0 57 51 0b bf 2a 00 00                          # compact_count 47000017000352
            a8 67 f6 df a7 2b 00 00                          # compact_delay_total 48000017000360
            b0 a0 3f 68                                      # ac_tgid 1749000368
            ee ee ee ee                                      # padding
            ff ff ff ff ff ff ff ff                          # ac_tgetime 18446744073709551615
            ff ff ff ff 00 00 00 00                          # ac_exe_dev 4095:1048575
            c8 a7 8a 32 4b 2f 00 80                          # ac_exe_inode 9223424036871776200
            d0 b7 2f 07 34 30 00 00                          # wpcopy_count 53000017000400
            d8 c7 d4 db 1c 31 00 00                          # wpcopy_delay_total 54000017000408
            e0 d7 79 b0 05 32 00 00                          # irq_count 55000017000416
            e8 e7 1e 85 ee 32 00 00                          # irq_delay_total 56000017000424
            f0 f7 c3 59 d7 33 00 00                          # cpu_delay_max 57000017000432
            f8 07 69 2e c0 34 00 00                          # cpu_delay_min 58000017000440
            00 18 0e 03 a9 35 00 00                          # blkio_delay_max 59000017000448
            08 28 b3 d7 91 36 00 00                          # blkio_delay_min 60000017000456
            10 38 58 ac 7a 37 00 00                          # swapin_delay_max 61000017000464
            18 48 fd 80 63 38 00 00                          # swapin_delay_min 62000017000472
            20 58 a2 55 4c 39 00 00                          # freepages_delay_max 63000017000480
            28 68 47 2a 35 3a 00 00                          # freepages_delay_min 64000017000488
            30 78 ec fe 1d 3b 00 00                          # thrashing_delay_max 65000017000496
            38 88 91 d3 06 3c 00 00                          # thrashing_delay_min 66000017000504
            40 98 36 a8 ef 3c 00 00                          # compact_delay_max 67000017000512
            48 a8 db 7c d8 3d 00 00                          # compact_delay_min 68000017000520
            50 b8 80 51 c1 3e 00 00                          # wpcopy_delay_max 69000017000528
            58 c8 25 26 aa 3f 00 00                          # wpcopy_delay_min 70000017000536
            60 d8 ca fa 92 40 00 00                          # irq_delay_max 71000017000544
            68 e8 6f cf 7b 41 00 80                          # irq_delay_min 9223444036871776360
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
            "cpu_count": 5_000_017_000_016,
            "cpu_delay_total": 6_000_017_000_024,
            "blkio_count": 7_000_017_000_032,
            "blkio_delay_total": 8_000_017_000_040,
            "swapin_count": 9_000_017_000_048,
            "swapin_delay_total": 10_000_017_000_056,
            "cpu_run_real_total": 11_000_017_000_064,
            "cpu_run_virtual_total": 12_000_017_000_072,
            "ac_sched": 6,
            "ac_uid": 1_716_000_120,
            "ac_gid": 1_717_000_124,
            "ac_pid": 1_718_000_128,
            "ac_ppid": 1_719_000_132,
            "ac_btime": 1_720_000_136,
            "ac_etime": 21_000_017_000_144,
            "ac_utime": 22_000_017_000_152,
            "ac_stime": 23_000_017_000_160,
            "ac_minflt": 24_000_017_000_168,
            "ac_majflt": 25_000_017_000_176,
            "coremem": 26_000_017_000_184,
            "virtmem": 27_000_017_000_192,
            "hiwater_rss": 28_000_017_000_200,
            "hiwater_vm": 29_000_017_000_208,
            "read_char": 30_000_017_000_216,
            "write_char": 31_000_017_000_224,
            "read_syscalls": 32_000_017_000_232,
            "write_syscalls": 33_000_017_000_240,
            "read_bytes": 34_000_017_000_248,
            "write_bytes": 35_000_017_000_256,
            "cancelled_write_bytes": 36_000_017_000_264,
            "nvcsw": 37_000_017_000_272,
            "nivcsw": 38_000_017_000_280,
            "ac_utimescaled": 39_000_017_000_288,
            "ac_stimescaled": 40_000_017_000_296,
            "cpu_scaled_run_real_total": 41_000_017_000_304,
            "freepages_count": 42_000_017_000_312,
            "freepages_delay_total": 43_000_017_000_320,
            "thrashing_count": 44_000_017_000_328,
            "thrashing_delay_total": 45_000_017_000_336,
            "ac_btime64": 46_000_017_000_344,
            "compact_count": 47_000_017_000_352,
            "compact_delay_total": 48_000_017_000_360,
            "ac_tgid": 1_749_000_368,
            "ac_tgetime": 18_446_744_073_709_551_615,
            "ac_exe_dev": 4_294_967_295,
            "ac_exe_inode": 9_223_424_036_871_776_200,
            "wpcopy_count": 53_000_017_000_400,
            "wpcopy_delay_total": 54_000_017_000_408,
            "irq_count": 55_000_017_000_416,
            "irq_delay_total": 56_000_017_000_424,
            "cpu_delay_max": 57_000_017_000_432,
            "cpu_delay_min": 58_000_017_000_440,
            "blkio_delay_max": 59_000_017_000_448,
            "blkio_delay_min": 60_000_017_000_456,
            "swapin_delay_max": 61_000_017_000_464,
            "swapin_delay_min": 62_000_017_000_472,
            "freepages_delay_max": 63_000_017_000_480,
            "freepages_delay_min": 64_000_017_000_488,
            "thrashing_delay_max": 65_000_017_000_496,
            "thrashing_delay_min": 66_000_017_000_504,
            "compact_delay_max": 67_000_017_000_512,
            "compact_delay_min": 68_000_017_000_520,
            "wpcopy_delay_max": 69_000_017_000_528,
            "wpcopy_delay_min": 70_000_017_000_536,
            "irq_delay_max": 71_000_017_000_544,
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
