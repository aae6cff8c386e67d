extension TaskstatsFixture {
    /// Version 3, Linux 2.6.20: fields have natural alignment, from ac_uid on at lower offsets than ever since.
    static let version3 = TaskstatsFixture(
        version: 3, kind: .task,
        hex: """
            03 00                                            # version 3
            ee ee                                            # padding
            00 01 00 00                                      # ac_exitcode 256
            01                                               # ac_flag 1
            07                                               # ac_nice 7
            ee ee ee ee ee ee                                # padding
            d0 16 67 27 8c 04 00 00                          # cpu_count 5000003000016
            d8 26 0c fc 74 05 00 00                          # cpu_delay_total 6000003000024
            e0 36 b1 d0 5d 06 00 00                          # blkio_count 7000003000032
            e8 46 56 a5 46 07 00 00                          # blkio_delay_total 8000003000040
            f0 56 fb 79 2f 08 00 00                          # swapin_count 9000003000048
            f8 66 a0 4e 18 09 00 00                          # swapin_delay_total 10000003000056
            00 77 45 23 01 0a 00 00                          # cpu_run_real_total 11000003000064
            08 87 ea f7 e9 0a 00 00                          # cpu_run_virtual_total 12000003000072
            69 6e 69 74 00 00 00 00 00 00 00 00 00 00 00 00
            00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  # ac_comm init
            02                                               # ac_sched 2
            ee ee ee                                         # ac_pad
            74 c7 d5 12                                      # ac_uid 316000116
            b8 09 e5 12                                      # ac_gid 317000120
            fc 4b f4 12                                      # ac_pid 318000124
            40 8e 03 13                                      # ac_ppid 319000128
            84 d0 12 13                                      # ac_btime 320000132
            48 17 b8 71 19 13 00 00                          # ac_etime 21000003000136
            50 27 5d 46 02 14 00 00                          # ac_utime 22000003000144
            58 37 02 1b eb 14 00 00                          # ac_stime 23000003000152
            60 47 a7 ef d3 15 00 00                          # ac_minflt 24000003000160
            68 57 4c c4 bc 16 00 00                          # ac_majflt 25000003000168
            70 67 f1 98 a5 17 00 00                          # coremem 26000003000176
            78 77 96 6d 8e 18 00 80                          # virtmem 9223399036857775992
            80 87 3b 42 77 19 00 00                          # hiwater_rss 28000003000192
            88 97 e0 16 60 1a 00 00                          # hiwater_vm 29000003000200
            90 a7 85 eb 48 1b 00 00                          # read_char 30000003000208
            98 b7 2a c0 31 1c 00 00                          # write_char 31000003000216
            a0 c7 cf 94 1a 1d 00 00                          # read_syscalls 32000003000224
            a8 d7 74 69 03 1e 00 00                          # write_syscalls 33000003000232
            b0 e7 19 3e ec 1e 00 00                          # read_bytes 34000003000240
            b8 f7 be 12 d5 1f 00 00                          # write_bytes 35000003000248
            c0 07 64 e7 bd 20 00 00                          # cancelled_write_bytes 36000003000256
            """,
        command: [0x69, 0x6e, 0x69, 0x74],
        values: [
            "version": 3,
            "ac_exitcode": 256,
            "ac_flag": 1,
            "ac_nice": 7,
            "cpu_count": 5_000_003_000_016,
            "cpu_delay_total": 6_000_003_000_024,
            "blkio_count": 7_000_003_000_032,
            "blkio_delay_total": 8_000_003_000_040,
            "swapin_count": 9_000_003_000_048,
            "swapin_delay_total": 10_000_003_000_056,
            "cpu_run_real_total": 11_000_003_000_064,
            "cpu_run_virtual_total": 12_000_003_000_072,
            "ac_sched": 2,
            "ac_uid": 316_000_116,
            "ac_gid": 317_000_120,
            "ac_pid": 318_000_124,
            "ac_ppid": 319_000_128,
            "ac_btime": 320_000_132,
            "ac_etime": 21_000_003_000_136,
            "ac_utime": 22_000_003_000_144,
            "ac_stime": 23_000_003_000_152,
            "ac_minflt": 24_000_003_000_160,
            "ac_majflt": 25_000_003_000_168,
            "coremem": 26_000_003_000_176,
            "virtmem": 9_223_399_036_857_775_992,
            "hiwater_rss": 28_000_003_000_192,
            "hiwater_vm": 29_000_003_000_200,
            "read_char": 30_000_003_000_208,
            "write_char": 31_000_003_000_216,
            "read_syscalls": 32_000_003_000_224,
            "write_syscalls": 33_000_003_000_232,
            "read_bytes": 34_000_003_000_240,
            "write_bytes": 35_000_003_000_248,
            "cancelled_write_bytes": 36_000_003_000_256,
        ])
}
