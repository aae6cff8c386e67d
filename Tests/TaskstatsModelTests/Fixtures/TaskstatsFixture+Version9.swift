extension TaskstatsFixture {
    /// Version 9, Linux 4.20: thrashing, and a uid that is negative as a signed number.
    static let version9 = TaskstatsFixture(
        version: 9, kind: .task,
        hex: """
            09 00                                            # version 9
            ee ee                                            # padding
            09 00 00 00                                      # ac_exitcode 9
            10                                               # ac_flag 16
            ec                                               # ac_nice -20
            ee ee ee ee ee ee                                # padding
            50 a4 c2 27 8c 04 00 00                          # cpu_count 5000009000016
            58 b4 67 fc 74 05 00 00                          # cpu_delay_total 6000009000024
            60 c4 0c d1 5d 06 00 00                          # blkio_count 7000009000032
            68 d4 b1 a5 46 07 00 00                          # blkio_delay_total 8000009000040
            70 e4 56 7a 2f 08 00 00                          # swapin_count 9000009000048
            78 f4 fb 4e 18 09 00 00                          # swapin_delay_total 10000009000056
            80 04 a1 23 01 0a 00 00                          # cpu_run_real_total 11000009000064
            88 14 46 f8 e9 0a 00 00                          # cpu_run_virtual_total 12000009000072
            73 68 00 00 00 00 00 00 00 00 00 00 00 00 00 00
            00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  # ac_comm sh
            03                                               # ac_sched 3
            ee ee ee                                         # ac_pad
            ee ee ee ee                                      # padding
            fe ff ff ff                                      # ac_uid 4294967294
            bc 4f a8 36                                      # ac_gid 917000124
            00 92 b7 36                                      # ac_pid 918000128
            44 d4 c6 36                                      # ac_ppid 919000132
            88 16 d6 36                                      # ac_btime 920000136
            ee ee ee ee                                      # padding
            d0 a4 13 72 19 13 00 00                          # ac_etime 21000009000144
            d8 b4 b8 46 02 14 00 00                          # ac_utime 22000009000152
            e0 c4 5d 1b eb 14 00 00                          # ac_stime 23000009000160
            e8 d4 02 f0 d3 15 00 00                          # ac_minflt 24000009000168
            f0 e4 a7 c4 bc 16 00 00                          # ac_majflt 25000009000176
            f8 f4 4c 99 a5 17 00 00                          # coremem 26000009000184
            00 05 f2 6d 8e 18 00 00                          # virtmem 27000009000192
            08 15 97 42 77 19 00 00                          # hiwater_rss 28000009000200
            10 25 3c 17 60 1a 00 00                          # hiwater_vm 29000009000208
            18 35 e1 eb 48 1b 00 00                          # read_char 30000009000216
            20 45 86 c0 31 1c 00 00                          # write_char 31000009000224
            28 55 2b 95 1a 1d 00 00                          # read_syscalls 32000009000232
            30 65 d0 69 03 1e 00 00                          # write_syscalls 33000009000240
            38 75 75 3e ec 1e 00 00                          # read_bytes 34000009000248
            40 85 1a 13 d5 1f 00 00                          # write_bytes 35000009000256
            48 95 bf e7 bd 20 00 00                          # cancelled_write_bytes 36000009000264
            50 a5 64 bc a6 21 00 00                          # nvcsw 37000009000272
            58 b5 09 91 8f 22 00 00                          # nivcsw 38000009000280
            60 c5 ae 65 78 23 00 00                          # ac_utimescaled 39000009000288
            68 d5 53 3a 61 24 00 00                          # ac_stimescaled 40000009000296
            70 e5 f8 0e 4a 25 00 00                          # cpu_scaled_run_real_total 41000009000304
            78 f5 9d e3 32 26 00 00                          # freepages_count 42000009000312
            80 05 43 b8 1b 27 00 00                          # freepages_delay_total 43000009000320
            88 15 e8 8c 04 28 00 00                          # thrashing_count 44000009000328
            90 25 8d 61 ed 28 00 80                          # thrashing_delay_total 9223417036863776144
            """,
        command: [0x73, 0x68],
        values: [
            "version": 9,
            "ac_exitcode": 9,
            "ac_flag": 16,
            "ac_nice": 18_446_744_073_709_551_596,
            "cpu_count": 5_000_009_000_016,
            "cpu_delay_total": 6_000_009_000_024,
            "blkio_count": 7_000_009_000_032,
            "blkio_delay_total": 8_000_009_000_040,
            "swapin_count": 9_000_009_000_048,
            "swapin_delay_total": 10_000_009_000_056,
            "cpu_run_real_total": 11_000_009_000_064,
            "cpu_run_virtual_total": 12_000_009_000_072,
            "ac_sched": 3,
            "ac_uid": 4_294_967_294,
            "ac_gid": 917_000_124,
            "ac_pid": 918_000_128,
            "ac_ppid": 919_000_132,
            "ac_btime": 920_000_136,
            "ac_etime": 21_000_009_000_144,
            "ac_utime": 22_000_009_000_152,
            "ac_stime": 23_000_009_000_160,
            "ac_minflt": 24_000_009_000_168,
            "ac_majflt": 25_000_009_000_176,
            "coremem": 26_000_009_000_184,
            "virtmem": 27_000_009_000_192,
            "hiwater_rss": 28_000_009_000_200,
            "hiwater_vm": 29_000_009_000_208,
            "read_char": 30_000_009_000_216,
            "write_char": 31_000_009_000_224,
            "read_syscalls": 32_000_009_000_232,
            "write_syscalls": 33_000_009_000_240,
            "read_bytes": 34_000_009_000_248,
            "write_bytes": 35_000_009_000_256,
            "cancelled_write_bytes": 36_000_009_000_264,
            "nvcsw": 37_000_009_000_272,
            "nivcsw": 38_000_009_000_280,
            "ac_utimescaled": 39_000_009_000_288,
            "ac_stimescaled": 40_000_009_000_296,
            "cpu_scaled_run_real_total": 41_000_009_000_304,
            "freepages_count": 42_000_009_000_312,
            "freepages_delay_total": 43_000_009_000_320,
            "thrashing_count": 44_000_009_000_328,
            "thrashing_delay_total": 9_223_417_036_863_776_144,
        ])
}
