extension TaskstatsFixture {
    /// Version 14, Linux 6.5: irq; its command name is not UTF-8.
    static let version14 = TaskstatsFixture(
        version: 14, kind: .task,
        hex: """
            0e 00                                            # version 14
            ee ee                                            # padding
            00 ff 00 00                                      # ac_exitcode 65280
            22                                               # ac_flag 34
            0a                                               # ac_nice 10
            ee ee ee ee ee ee                                # padding
            90 ef 0e 28 8c 04 00 00                          # cpu_count 5000014000016
            98 ff b3 fc 74 05 00 00                          # cpu_delay_total 6000014000024
            a0 0f 59 d1 5d 06 00 00                          # blkio_count 7000014000032
            a8 1f fe a5 46 07 00 00                          # blkio_delay_total 8000014000040
            b0 2f a3 7a 2f 08 00 00                          # swapin_count 9000014000048
            b8 3f 48 4f 18 09 00 00                          # swapin_delay_total 10000014000056
            c0 4f ed 23 01 0a 00 00                          # cpu_run_real_total 11000014000064
            c8 5f 92 f8 e9 0a 00 00                          # cpu_run_virtual_total 12000014000072
            62 61 64 ff fe c3 0a 22 00 00 00 00 00 00 00 00
            00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  # ac_comm not UTF-8
            06                                               # ac_sched 6
            ee ee ee                                         # ac_pad
            ee ee ee ee                                      # padding
            78 72 66 54                                      # ac_uid 1416000120
            bc b4 75 54                                      # ac_gid 1417000124
            00 f7 84 54                                      # ac_pid 1418000128
            44 39 94 54                                      # ac_ppid 1419000132
            88 7b a3 54                                      # ac_btime 1420000136
            ee ee ee ee                                      # padding
            10 f0 5f 72 19 13 00 00                          # ac_etime 21000014000144
            18 00 05 47 02 14 00 00                          # ac_utime 22000014000152
            20 10 aa 1b eb 14 00 00                          # ac_stime 23000014000160
            28 20 4f f0 d3 15 00 00                          # ac_minflt 24000014000168
            30 30 f4 c4 bc 16 00 00                          # ac_majflt 25000014000176
            38 40 99 99 a5 17 00 00                          # coremem 26000014000184
            40 50 3e 6e 8e 18 00 00                          # virtmem 27000014000192
            48 60 e3 42 77 19 00 00                          # hiwater_rss 28000014000200
            50 70 88 17 60 1a 00 00                          # hiwater_vm 29000014000208
            58 80 2d ec 48 1b 00 00                          # read_char 30000014000216
            60 90 d2 c0 31 1c 00 00                          # write_char 31000014000224
            68 a0 77 95 1a 1d 00 00                          # read_syscalls 32000014000232
            70 b0 1c 6a 03 1e 00 00                          # write_syscalls 33000014000240
            78 c0 c1 3e ec 1e 00 00                          # read_bytes 34000014000248
            80 d0 66 13 d5 1f 00 00                          # write_bytes 35000014000256
            88 e0 0b e8 bd 20 00 00                          # cancelled_write_bytes 36000014000264
            90 f0 b0 bc a6 21 00 00                          # nvcsw 37000014000272
            98 00 56 91 8f 22 00 00                          # nivcsw 38000014000280
            a0 10 fb 65 78 23 00 00                          # ac_utimescaled 39000014000288
            a8 20 a0 3a 61 24 00 00                          # ac_stimescaled 40000014000296
            b0 30 45 0f 4a 25 00 00                          # cpu_scaled_run_real_total 41000014000304
            b8 40 ea e3 32 26 00 00                          # freepages_count 42000014000312
            c0 50 8f b8 1b 27 00 00                          # freepages_delay_total 43000014000320
            c8 60 34 8d 04 28 00 00                          # thrashing_count 44000014000328
            d0 70 d9 61 ed 28 00 00                          # thrashing_delay_total 45000014000336
            d8 80 7e 36 d6 29 00 00                          # ac_btime64 46000014000344
            e0 90 23 0b bf 2a 00 00                          # compact_count 47000014000352
            e8 a0 c8 df a7 2b 00 00                          # compact_delay_total 48000014000360
            b0 fd 5d 56                                      # ac_tgid 1449000368
            ee ee ee ee                                      # padding
            f8 c0 12 89 79 2d 00 00                          # ac_tgetime 50000014000376
            ff fd 00 00 00 00 00 00                          # ac_exe_dev 253:255
            08 e1 5c 32 4b 2f 00 00                          # ac_exe_inode 52000014000392
            10 f1 01 07 34 30 00 00                          # wpcopy_count 53000014000400
            18 01 a7 db 1c 31 00 00                          # wpcopy_delay_total 54000014000408
            20 11 4c b0 05 32 00 00                          # irq_count 55000014000416
            28 21 f1 84 ee 32 00 80                          # irq_delay_total 9223428036868776232
            """,
        command: [0x62, 0x61, 0x64, 0xff, 0xfe, 0xc3, 0x0a, 0x22],
        values: [
            "version": 14,
            "ac_exitcode": 65280,
            "ac_flag": 34,
            "ac_nice": 10,
            "cpu_count": 5_000_014_000_016,
            "cpu_delay_total": 6_000_014_000_024,
            "blkio_count": 7_000_014_000_032,
            "blkio_delay_total": 8_000_014_000_040,
            "swapin_count": 9_000_014_000_048,
            "swapin_delay_total": 10_000_014_000_056,
            "cpu_run_real_total": 11_000_014_000_064,
            "cpu_run_virtual_total": 12_000_014_000_072,
            "ac_sched": 6,
            "ac_uid": 1_416_000_120,
            "ac_gid": 1_417_000_124,
            "ac_pid": 1_418_000_128,
            "ac_ppid": 1_419_000_132,
            "ac_btime": 1_420_000_136,
            "ac_etime": 21_000_014_000_144,
            "ac_utime": 22_000_014_000_152,
            "ac_stime": 23_000_014_000_160,
            "ac_minflt": 24_000_014_000_168,
            "ac_majflt": 25_000_014_000_176,
            "coremem": 26_000_014_000_184,
            "virtmem": 27_000_014_000_192,
            "hiwater_rss": 28_000_014_000_200,
            "hiwater_vm": 29_000_014_000_208,
            "read_char": 30_000_014_000_216,
            "write_char": 31_000_014_000_224,
            "read_syscalls": 32_000_014_000_232,
            "write_syscalls": 33_000_014_000_240,
            "read_bytes": 34_000_014_000_248,
            "write_bytes": 35_000_014_000_256,
            "cancelled_write_bytes": 36_000_014_000_264,
            "nvcsw": 37_000_014_000_272,
            "nivcsw": 38_000_014_000_280,
            "ac_utimescaled": 39_000_014_000_288,
            "ac_stimescaled": 40_000_014_000_296,
            "cpu_scaled_run_real_total": 41_000_014_000_304,
            "freepages_count": 42_000_014_000_312,
            "freepages_delay_total": 43_000_014_000_320,
            "thrashing_count": 44_000_014_000_328,
            "thrashing_delay_total": 45_000_014_000_336,
            "ac_btime64": 46_000_014_000_344,
            "compact_count": 47_000_014_000_352,
            "compact_delay_total": 48_000_014_000_360,
            "ac_tgid": 1_449_000_368,
            "ac_tgetime": 50_000_014_000_376,
            "ac_exe_dev": 65023,
            "ac_exe_inode": 52_000_014_000_392,
            "wpcopy_count": 53_000_014_000_400,
            "wpcopy_delay_total": 54_000_014_000_408,
            "irq_count": 55_000_014_000_416,
            "irq_delay_total": 9_223_428_036_868_776_232,
        ])
}
