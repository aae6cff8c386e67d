extension TaskstatsFixture {
    /// Version 13, Linux 6.1: 416 bytes; its command name is followed by the rest of a longer one.
    static let version13 = TaskstatsFixture(
        version: 13, kind: .task,
        hex: """
            0d 00                                            # version 13
            ee ee                                            # padding
            8b 00 00 00                                      # ac_exitcode 139
            38                                               # ac_flag 56
            13                                               # ac_nice 19
            ee ee ee ee ee ee                                # padding
            50 ad ff 27 8c 04 00 00                          # cpu_count 5000013000016
            58 bd a4 fc 74 05 00 00                          # cpu_delay_total 6000013000024
            60 cd 49 d1 5d 06 00 00                          # blkio_count 7000013000032
            68 dd ee a5 46 07 00 00                          # blkio_delay_total 8000013000040
            70 ed 93 7a 2f 08 00 00                          # swapin_count 9000013000048
            78 fd 38 4f 18 09 00 00                          # swapin_delay_total 10000013000056
            80 0d de 23 01 0a 00 00                          # cpu_run_real_total 11000013000064
            88 1d 83 f8 e9 0a 00 00                          # cpu_run_virtual_total 12000013000072
            63 63 31 70 6c 75 73 00 6c 65 66 74 20 6f 76 65
            72 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  # ac_comm cc1plus
            05                                               # ac_sched 5
            ee ee ee                                         # ac_pad
            ee ee ee ee                                      # padding
            78 91 70 4e                                      # ac_uid 1316000120
            bc d3 7f 4e                                      # ac_gid 1317000124
            00 16 8f 4e                                      # ac_pid 1318000128
            44 58 9e 4e                                      # ac_ppid 1319000132
            88 9a ad 4e                                      # ac_btime 1320000136
            ee ee ee ee                                      # padding
            d0 ad 50 72 19 13 00 00                          # ac_etime 21000013000144
            d8 bd f5 46 02 14 00 00                          # ac_utime 22000013000152
            e0 cd 9a 1b eb 14 00 00                          # ac_stime 23000013000160
            e8 dd 3f f0 d3 15 00 00                          # ac_minflt 24000013000168
            f0 ed e4 c4 bc 16 00 00                          # ac_majflt 25000013000176
            f8 fd 89 99 a5 17 00 00                          # coremem 26000013000184
            00 0e 2f 6e 8e 18 00 00                          # virtmem 27000013000192
            08 1e d4 42 77 19 00 00                          # hiwater_rss 28000013000200
            10 2e 79 17 60 1a 00 00                          # hiwater_vm 29000013000208
            18 3e 1e ec 48 1b 00 00                          # read_char 30000013000216
            20 4e c3 c0 31 1c 00 00                          # write_char 31000013000224
            28 5e 68 95 1a 1d 00 00                          # read_syscalls 32000013000232
            30 6e 0d 6a 03 1e 00 00                          # write_syscalls 33000013000240
            38 7e b2 3e ec 1e 00 00                          # read_bytes 34000013000248
            40 8e 57 13 d5 1f 00 00                          # write_bytes 35000013000256
            48 9e fc e7 bd 20 00 00                          # cancelled_write_bytes 36000013000264
            50 ae a1 bc a6 21 00 00                          # nvcsw 37000013000272
            58 be 46 91 8f 22 00 00                          # nivcsw 38000013000280
            60 ce eb 65 78 23 00 00                          # ac_utimescaled 39000013000288
            68 de 90 3a 61 24 00 00                          # ac_stimescaled 40000013000296
            70 ee 35 0f 4a 25 00 00                          # cpu_scaled_run_real_total 41000013000304
            78 fe da e3 32 26 00 00                          # freepages_count 42000013000312
            80 0e 80 b8 1b 27 00 00                          # freepages_delay_total 43000013000320
            88 1e 25 8d 04 28 00 00                          # thrashing_count 44000013000328
            90 2e ca 61 ed 28 00 00                          # thrashing_delay_total 45000013000336
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
            "cpu_count": 5_000_013_000_016,
            "cpu_delay_total": 6_000_013_000_024,
            "blkio_count": 7_000_013_000_032,
            "blkio_delay_total": 8_000_013_000_040,
            "swapin_count": 9_000_013_000_048,
            "swapin_delay_total": 10_000_013_000_056,
            "cpu_run_real_total": 11_000_013_000_064,
            "cpu_run_virtual_total": 12_000_013_000_072,
            "ac_sched": 5,
            "ac_uid": 1_316_000_120,
            "ac_gid": 1_317_000_124,
            "ac_pid": 1_318_000_128,
            "ac_ppid": 1_319_000_132,
            "ac_btime": 1_320_000_136,
            "ac_etime": 21_000_013_000_144,
            "ac_utime": 22_000_013_000_152,
            "ac_stime": 23_000_013_000_160,
            "ac_minflt": 24_000_013_000_168,
            "ac_majflt": 25_000_013_000_176,
            "coremem": 26_000_013_000_184,
            "virtmem": 27_000_013_000_192,
            "hiwater_rss": 28_000_013_000_200,
            "hiwater_vm": 29_000_013_000_208,
            "read_char": 30_000_013_000_216,
            "write_char": 31_000_013_000_224,
            "read_syscalls": 32_000_013_000_232,
            "write_syscalls": 33_000_013_000_240,
            "read_bytes": 34_000_013_000_248,
            "write_bytes": 35_000_013_000_256,
            "cancelled_write_bytes": 36_000_013_000_264,
            "nvcsw": 37_000_013_000_272,
            "nivcsw": 38_000_013_000_280,
            "ac_utimescaled": 39_000_013_000_288,
            "ac_stimescaled": 40_000_013_000_296,
            "cpu_scaled_run_real_total": 41_000_013_000_304,
            "freepages_count": 42_000_013_000_312,
            "freepages_delay_total": 43_000_013_000_320,
            "thrashing_count": 44_000_013_000_328,
            "thrashing_delay_total": 45_000_013_000_336,
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
