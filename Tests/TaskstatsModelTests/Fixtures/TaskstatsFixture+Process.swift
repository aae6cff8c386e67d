extension TaskstatsFixture {
    /// The sums of a process in version 16: most fields are zeros, because the kernel does not fill them.
    static let process16 = TaskstatsFixture(
        version: 16, kind: .process,
        hex: """
            10 00                                            # version 16
            00 00                                            # padding
            00 00 00 00                                      # ac_exitcode, not filled
            00                                               # ac_flag, not filled
            00                                               # ac_nice, not filled
            00 00 00 00 00 00                                # padding
            10 b4 90 7a 4b cb 01 00                          # cpu_count 505000016000016
            18 c4 35 4f 34 cc 01 00                          # cpu_delay_total 506000016000024
            20 d4 da 23 1d cd 01 00                          # blkio_count 507000016000032
            28 e4 7f f8 05 ce 01 00                          # blkio_delay_total 508000016000040
            30 f4 24 cd ee ce 01 00                          # swapin_count 509000016000048
            38 04 ca a1 d7 cf 01 00                          # swapin_delay_total 510000016000056
            40 14 6f 76 c0 d0 01 00                          # cpu_run_real_total 511000016000064
            48 24 14 4b a9 d1 01 00                          # cpu_run_virtual_total 512000016000072
            00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
            00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  # ac_comm, not filled
            00                                               # ac_sched, not filled
            00 00 00                                         # padding
            00 00 00 00                                      # padding
            00 00 00 00                                      # ac_uid, not filled
            00 00 00 00                                      # ac_gid, not filled
            00 00 00 00                                      # ac_pid, not filled
            00 00 00 00                                      # ac_ppid, not filled
            00 00 00 00                                      # ac_btime, not filled
            00 00 00 00                                      # padding
            90 b4 e1 c4 d8 d9 01 00                          # ac_etime 521000016000144
            98 c4 86 99 c1 da 01 00                          # ac_utime 522000016000152
            a0 d4 2b 6e aa db 01 00                          # ac_stime 523000016000160
            00 00 00 00 00 00 00 00                          # ac_minflt, not filled
            00 00 00 00 00 00 00 00                          # ac_majflt, not filled
            00 00 00 00 00 00 00 00                          # coremem, not filled
            00 00 00 00 00 00 00 00                          # virtmem, not filled
            00 00 00 00 00 00 00 00                          # hiwater_rss, not filled
            00 00 00 00 00 00 00 00                          # hiwater_vm, not filled
            00 00 00 00 00 00 00 00                          # read_char, not filled
            00 00 00 00 00 00 00 00                          # write_char, not filled
            00 00 00 00 00 00 00 00                          # read_syscalls, not filled
            00 00 00 00 00 00 00 00                          # write_syscalls, not filled
            00 00 00 00 00 00 00 00                          # read_bytes, not filled
            00 00 00 00 00 00 00 00                          # write_bytes, not filled
            00 00 00 00 00 00 00 00                          # cancelled_write_bytes, not filled
            10 b5 32 0f 66 e8 01 00                          # nvcsw 537000016000272
            18 c5 d7 e3 4e e9 01 00                          # nivcsw 538000016000280
            00 00 00 00 00 00 00 00                          # ac_utimescaled, not filled
            00 00 00 00 00 00 00 00                          # ac_stimescaled, not filled
            30 f5 c6 61 09 ec 01 00                          # cpu_scaled_run_real_total 541000016000304
            38 05 6c 36 f2 ec 01 00                          # freepages_count 542000016000312
            40 15 11 0b db ed 01 00                          # freepages_delay_total 543000016000320
            48 25 b6 df c3 ee 01 00                          # thrashing_count 544000016000328
            50 35 5b b4 ac ef 01 00                          # thrashing_delay_total 545000016000336
            00 00 00 00 00 00 00 00                          # ac_btime64, not filled
            60 55 a5 5d 7e f1 01 00                          # compact_count 547000016000352
            68 65 4a 32 67 f2 01 00                          # compact_delay_total 548000016000360
            00 00 00 00                                      # ac_tgid, not filled
            00 00 00 00                                      # padding
            00 00 00 00 00 00 00 00                          # ac_tgetime, not filled
            00 00 00 00 00 00 00 00                          # ac_exe_dev, not filled
            00 00 00 00 00 00 00 00                          # ac_exe_inode, not filled
            90 b5 83 59 f3 f6 01 00                          # wpcopy_count 553000016000400
            98 c5 28 2e dc f7 01 00                          # wpcopy_delay_total 554000016000408
            a0 d5 cd 02 c5 f8 01 00                          # irq_count 555000016000416
            a8 e5 72 d7 ad f9 01 00                          # irq_delay_total 556000016000424
            b0 f5 17 ac 96 fa 01 00                          # cpu_delay_max 557000016000432
            b8 05 bd 80 7f fb 01 00                          # cpu_delay_min 558000016000440
            c0 15 62 55 68 fc 01 00                          # blkio_delay_max 559000016000448
            c8 25 07 2a 51 fd 01 00                          # blkio_delay_min 560000016000456
            d0 35 ac fe 39 fe 01 00                          # swapin_delay_max 561000016000464
            d8 45 51 d3 22 ff 01 00                          # swapin_delay_min 562000016000472
            e0 55 f6 a7 0b 00 02 00                          # freepages_delay_max 563000016000480
            e8 65 9b 7c f4 00 02 00                          # freepages_delay_min 564000016000488
            f0 75 40 51 dd 01 02 00                          # thrashing_delay_max 565000016000496
            f8 85 e5 25 c6 02 02 00                          # thrashing_delay_min 566000016000504
            00 96 8a fa ae 03 02 00                          # compact_delay_max 567000016000512
            08 a6 2f cf 97 04 02 00                          # compact_delay_min 568000016000520
            10 b6 d4 a3 80 05 02 00                          # wpcopy_delay_max 569000016000528
            18 c6 79 78 69 06 02 00                          # wpcopy_delay_min 570000016000536
            20 d6 1e 4d 52 07 02 00                          # irq_delay_max 571000016000544
            28 e6 c3 21 3b 08 02 00                          # irq_delay_min 572000016000552
            """,
        command: nil,
        values: [
            "version": 16,
            "cpu_count": 505_000_016_000_016,
            "cpu_delay_total": 506_000_016_000_024,
            "blkio_count": 507_000_016_000_032,
            "blkio_delay_total": 508_000_016_000_040,
            "swapin_count": 509_000_016_000_048,
            "swapin_delay_total": 510_000_016_000_056,
            "cpu_run_real_total": 511_000_016_000_064,
            "cpu_run_virtual_total": 512_000_016_000_072,
            "ac_etime": 521_000_016_000_144,
            "ac_utime": 522_000_016_000_152,
            "ac_stime": 523_000_016_000_160,
            "nvcsw": 537_000_016_000_272,
            "nivcsw": 538_000_016_000_280,
            "cpu_scaled_run_real_total": 541_000_016_000_304,
            "freepages_count": 542_000_016_000_312,
            "freepages_delay_total": 543_000_016_000_320,
            "thrashing_count": 544_000_016_000_328,
            "thrashing_delay_total": 545_000_016_000_336,
            "compact_count": 547_000_016_000_352,
            "compact_delay_total": 548_000_016_000_360,
            "wpcopy_count": 553_000_016_000_400,
            "wpcopy_delay_total": 554_000_016_000_408,
            "irq_count": 555_000_016_000_416,
            "irq_delay_total": 556_000_016_000_424,
            "cpu_delay_max": 557_000_016_000_432,
            "cpu_delay_min": 558_000_016_000_440,
            "blkio_delay_max": 559_000_016_000_448,
            "blkio_delay_min": 560_000_016_000_456,
            "swapin_delay_max": 561_000_016_000_464,
            "swapin_delay_min": 562_000_016_000_472,
            "freepages_delay_max": 563_000_016_000_480,
            "freepages_delay_min": 564_000_016_000_488,
            "thrashing_delay_max": 565_000_016_000_496,
            "thrashing_delay_min": 566_000_016_000_504,
            "compact_delay_max": 567_000_016_000_512,
            "compact_delay_min": 568_000_016_000_520,
            "wpcopy_delay_max": 569_000_016_000_528,
            "wpcopy_delay_min": 570_000_016_000_536,
            "irq_delay_max": 571_000_016_000_544,
            "irq_delay_min": 572_000_016_000_552,
        ])
}
